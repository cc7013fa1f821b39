/** A filter for projects: the one in a folder, or all whose folder has a name. */
export type ProjectFilter = { folder: string } | { name: string };

/** Whether a project, given by the path of its folder, matches. */
export function isProject(project: string | null, wanted: ProjectFilter): boolean {
  if (project === null) return false;
  return 'folder' in wanted ? project === wanted.folder : project.endsWith(`/${wanted.name}`);
}
