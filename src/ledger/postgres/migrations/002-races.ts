/** What a run was for, and how it fared as a candidate of a race: `passed` is 1 or 0, `NULL` where its change was not judged. */
export const RACES = `
ALTER TABLE invocations ADD COLUMN task text;
ALTER TABLE invocations ADD COLUMN race_id text;
ALTER TABLE invocations ADD COLUMN passed smallint;
CREATE INDEX invocations_by_race ON invocations (day) WHERE race_id IS NOT NULL;
`;
