/** Takes one line of the debug log. Absent when the log is off, so that `debug?.(…)` evaluates nothing. */
export type Debug = (topic: string, fields: Readonly<Record<string, unknown>>) => void;
