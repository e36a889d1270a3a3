-- JSON is text; functions look into it.

CREATE STREAM documents (id INT, body VARCHAR);
INSERT INTO documents VALUES
  (1, '{"user": {"name": "Ada", "age": 36}, "tags": ["x", "y"]}'),
  (2, '{"user": null}'),
  (3, NULL);

ASSERT ROWS
SELECT id, JSON_VALUE(body, '$.user.name'), JSON_VALUE(body, '$.tags[1]') FROM documents
VALUES (1, 'Ada', 'y'), (2, NULL, NULL), (3, NULL, NULL);

ASSERT ROWS
SELECT id FROM documents WHERE JSON_EXISTS(body, '$.user.age')
VALUES (1);
