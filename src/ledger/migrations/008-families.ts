/**
 * One cap for a family of runs. A nested run takes over a part of the reservation of an outer one, its source, and gives it back at its
 * end: so what a reservation holds differs by scope. `nested_runs` has every run that a tool of another has asked for.
 */
export const FAMILIES = `
ALTER TABLE reservations ADD COLUMN source TEXT;
ALTER TABLE reservations ADD COLUMN drawn INTEGER NOT NULL DEFAULT 0;

CREATE TABLE amounts (
  scope TEXT NOT NULL,
  reservation_id TEXT NOT NULL,
  micro_usd INTEGER NOT NULL CHECK (micro_usd >= 0),
  drawn INTEGER NOT NULL,
  PRIMARY KEY (scope, reservation_id)
) STRICT, WITHOUT ROWID;
INSERT INTO amounts SELECT scope, reservation_id, micro_usd, 0
  FROM reservation_scopes JOIN reservations ON id = reservation_id;
DROP TABLE reservation_scopes;
ALTER TABLE amounts RENAME TO reservation_scopes;
CREATE INDEX reservation_scopes_by_reservation ON reservation_scopes (reservation_id);
CREATE INDEX reservations_by_invocation ON reservations (invocation_id);

CREATE TABLE nested_runs (
  id TEXT PRIMARY KEY,
  parent_id TEXT,
  family_id TEXT,
  day TEXT NOT NULL,
  refused INTEGER NOT NULL
) STRICT;
CREATE INDEX nested_runs_by_parent ON nested_runs (parent_id);
CREATE INDEX nested_runs_by_family ON nested_runs (family_id);
CREATE INDEX nested_runs_by_day ON nested_runs (day);
`;
