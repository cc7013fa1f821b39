/** Text that is compared byte by byte: ids, days and names. */
const NAME = 'text COLLATE "C"';

/** What tells other machines of a limit that one has run into, and what was refused and overridden on any of them. */
export const COOLDOWNS_AND_AUDIT = `
CREATE TABLE cooldowns (
  tool ${NAME} NOT NULL,
  model ${NAME} NOT NULL,
  reason text NOT NULL,
  until_ms bigint NOT NULL,
  PRIMARY KEY (tool, model)
);

CREATE TABLE cooldown_failures (
  tool ${NAME} NOT NULL,
  model ${NAME} NOT NULL,
  at_ms bigint NOT NULL
);

CREATE TABLE audit (
  id ${NAME} PRIMARY KEY,
  at_ms bigint NOT NULL,
  day ${NAME} NOT NULL,
  host text NOT NULL,
  os_user text NOT NULL,
  project text,
  agent text,
  tool text,
  model text,
  document text NOT NULL
);
CREATE INDEX audit_by_time ON audit (at_ms, id);
CREATE INDEX audit_by_day ON audit (day);
`;
