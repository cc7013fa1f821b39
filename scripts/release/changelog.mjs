// The sections of CHANGELOG.md by version, the newest first.

const UNRELEASED = 'Unreleased';

/** The versions that have a section. */
export function versionsOf(changelog) {
  return sectionsOf(changelog)
    .map(({ name }) => name)
    .filter((name) => name !== UNRELEASED);
}

/** The text below the heading of a version; `null` without one. */
export function notesOf(changelog, version) {
  return sectionsOf(changelog).find(({ name }) => name === version)?.text ?? null;
}

/**
 * The changelog with what was unreleased as the section of a version. Throws where nothing is unreleased, and for a version that has a section.
 * @param {{ version: string, date: string }} release `date` as 2026-12-31
 */
export function released(changelog, { version, date }) {
  if (versionsOf(changelog).includes(version))
    throw new Error(`CHANGELOG.md has a section ${version} already`);
  if (!notesOf(changelog, UNRELEASED)) {
    throw new Error('CHANGELOG.md has nothing below `## Unreleased`: say there what is new');
  }
  return changelog.replace(/^## \[?Unreleased\]?.*$/m, `## ${version} - ${date}`);
}

/** What is wrong with the changelog of a version, one sentence each. */
export function changelogProblems(changelog, version) {
  if (!notesOf(changelog, version)) return [`CHANGELOG.md has no section ${version}`];
  const [newest] = versionsOf(changelog);
  return newest === version ? [] : [`the newest version of CHANGELOG.md is ${newest}, not ${version}`];
}

function sectionsOf(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  return sections.map((section) => {
    const end = section.indexOf('\n');
    const [, name] = /^\[?([^\]\s]+)/.exec(section);
    return { name, text: end === -1 ? '' : section.slice(end).trim() };
  });
}
