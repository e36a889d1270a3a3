"""Where the machine keeps what: the fields of a partition, of its results, and its outcomes.

The generated machine writes the numbers as they are; nothing here is ever in a snapshot.
"""

from __future__ import annotations

NONE = -1
"""No row."""

# The fields of a partition; the registers follow them.
START = 0  # the row that the walk began at, NONE where the next row to come will be it
LAST = 1  # the row before the next one to be looked at, NONE at the start
PC = 2  # 0 before the walk begins, else one more than an instruction
DEPTH = 3  # choices that can be gone back to
LENGTH = 4  # rows taken
EPOCH = 5  # which failures count
NUMBER = 6  # matches so far
HEAD = 7  # the first row kept
TAIL = 8  # the last row kept
FRAMES = 9  # where its choices stand, in frames
FRAMES_ROOM = 10
PATH = 11  # where the rows taken stand
PATH_ROOM = 12
WORK = 13  # steps since the start
COVER = 14  # the sequence number of the last row that a match took
SEEN = 15  # rows so far
DUE = 16  # the watermark that decides what the walk waits for
EXTRAS = 17  # fields from here on are there only where matches are looked for that way

FOUND = 17  # matches since the start
BEST = 18  # where the longest partial match stands, and how long it is, and when it ran out
BEST_ROOM = 19
BEST_LENGTH = 20
BEST_DUE = 21
SAID = 22  # where the matches of the start stand that were said: length and rows of each
SAID_ROOM = 23
SAID_LENGTH = 24
ORIGIN = 25  # in a window: the row whose frame is searched, NONE where it is the start
FIELDS = 26

# What the machine is told and tells.
NEXT = 0  # the partition to go on with
MATCHES = 1  # results written
ROWS = 2  # rows of results written
FRAMES_TOP = 3  # frames in use, and how many of them are garbage
FRAMES_GONE = 4
PATH_TOP = 5
PATH_GONE = 6
EPOCHS = 7  # the last epoch
NEED = 8  # the room that is missing
ERRORS = 9  # errors written
TURNS = 10  # choices gone back to since the call
WHEN = 11  # what a walk was about to do that is to be resumed: its deadline, and where to go on
BACK = 12
META = 13

# Why the machine returned.
FINISHED = 0
FULL = 1  # there is no room for results
MORE_FRAMES = 2
MORE_PATH = 3
BUDGET = 4  # a start goes back more often than it may
AGAIN = 5  # nothing is missing, but the call has taken long

MATCH_COST = 10  # choices that a match weighs, where one start may have many

# The fields of a result.
R_PARTITION = 0
R_START = 1
R_NUMBER = 2
R_KIND = 3
R_OFFSET = 4
R_LENGTH = 5
R_TIME = 6
RESULT = 7

# Kinds of results.
COMPLETE = 0
TIMEOUT = 1
UNMATCHED = 2
SKIPS_TO_FIRST = 3  # AFTER MATCH leads to the first row of the match
SKIPS_TO_NOTHING = 4  # AFTER MATCH leads to a variable that took no row

LABEL_BITS = 8
"""A row taken is its slot, shifted, and its label: the variable, twice, and whether excluded."""

FRAME = 3
"""The fields of a frame before the registers: instruction, last row, rows taken."""

# An error: the partition, the row, the variable, why.
E_PARTITION = 0
E_ROW = 1
E_VARIABLE = 2
E_WHY = 3
ERROR = 4
