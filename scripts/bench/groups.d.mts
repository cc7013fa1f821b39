export const GROUPS: readonly { name: string; file: string; nodes?: readonly number[] }[];
