-- Two columns together: correlation, covariance and the line y = a x + b through pairs (y, x).

CREATE STREAM points (g VARCHAR, x DOUBLE, y DOUBLE, n INT);
INSERT INTO points VALUES
  ('line', 1, 3, 1), ('line', 2, 5, 2), ('line', 4, 9, 3), ('line', NULL, 100, 4),
  ('cloud', 1, 1, 1), ('cloud', 1, 2, 2), ('cloud', 3, 1, 3), ('cloud', 4, 2.5, 4),
  ('flat', 1, 7, 1), ('flat', 2, 7, 2), ('one', 5, 6, 1), ('none', 5, NULL, 1),
  ('odd', 1, 1, 1), ('odd', CAST('Infinity' AS DOUBLE), 2, 2), ('far', 1e9, 1, 1), ('far', 1000000001, 2, 2), ('far', 1000000002, 4, 3);

-- A pair with a NULL does not count. Nothing correlates with what does not vary.
ASSERT ROWS
SELECT g, REGR_COUNT(y, x), CORR(y, x) FROM points WHERE g <> 'odd' GROUP BY g
VALUES ('line', 3, 1), ('cloud', 4, 11 / 27e0), ('flat', 2, NULL), ('one', 1, NULL), ('none', 0, NULL),
  ('far', 3, SQRT(27 / 28e0));

ASSERT ROWS
SELECT g, COVAR_POP(y, x), COVAR_SAMP(y, x) FROM points WHERE g <> 'odd' GROUP BY g
VALUES ('line', 28 / 9e0, 14 / 3e0), ('cloud', 0.34375, 11 / 24e0), ('flat', 0, 0), ('one', 0, NULL), ('none', NULL, NULL),
  ('far', 1, 1.5);

ASSERT ROWS
SELECT g, REGR_SLOPE(y, x), REGR_INTERCEPT(y, x), REGR_R2(y, x) FROM points WHERE g IN ('line', 'flat', 'one', 'none') GROUP BY g
VALUES ('line', 2, 1, 1), ('flat', 0, 7, 1), ('one', NULL, NULL, NULL), ('none', NULL, NULL, NULL);

ASSERT ROWS
SELECT REGR_AVGX(y, x), REGR_AVGY(y, x), REGR_SXX(y, x), REGR_SYY(y, x), REGR_SXY(y, x) FROM points WHERE g = 'cloud'
VALUES (2.25, 1.625, 6.75, 1.6875, 1.375);

-- Where a value is infinite, there is no number to say.
-- not on duckdb: it refuses infinities here
ASSERT ROWS
SELECT COVAR_POP(y, x), CORR(y, x), VAR_POP(x) FROM points WHERE g = 'odd'
VALUES (CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE), CAST('NaN' AS DOUBLE));

ASSERT ROWS
SELECT CORR(DISTINCT y, x) FILTER (WHERE n < 4), COVAR_POP(n, n), VAR_POP(n), STDDEV_SAMP(n) FROM points WHERE g = 'cloud'
VALUES (-0.5, 1.25, 1.25, SQRT(5 / 3e0));

-- Over sums that change with every row: what was taken back leaves no trace, however far away it was.
CREATE STREAM moves (k INT, v DOUBLE, w DOUBLE);
INSERT INTO moves VALUES (1, 1e12, -1e11), (2, 1.5, 3), (3, 2.5, 4), (1, -1e12, 1e11), (4, 1e9, 7), (1, 0.5, 2.5), (4, -1e9, 0);

ASSERT ROWS
SELECT VAR_SAMP(v), STDDEV_POP(v), COVAR_POP(v, w), CORR(v, w)
FROM (SELECT k, SUM(v) AS v, SUM(w) AS w FROM moves GROUP BY k)
VALUES (1.2291666666666667, 0.9601432184835761, -0.703125, -0.41953597014763633);
