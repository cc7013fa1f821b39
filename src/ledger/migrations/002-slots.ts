/** Who has a slot of a tool or waits for one, in the order in which they came, and when tools were started. */
export const SLOTS = `
CREATE TABLE slots (
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tool TEXT NOT NULL,
  state TEXT NOT NULL,
  shared INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  owner TEXT NOT NULL
) STRICT;
CREATE INDEX slots_by_tool ON slots (tool, state, place);

CREATE TABLE starts (
  tool TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (tool, at_ms, id)
) STRICT, WITHOUT ROWID;
`;
