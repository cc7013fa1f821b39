/** Which projects are meant: the one in a folder, or all whose folder has a name. */
export type ProjectFilter = { folder: string } | { name: string };

/** Whether a project, the path of its folder, is meant. */
export function isProject(project: string | null, wanted: ProjectFilter): boolean {
  if (project === null) return false;
  return 'folder' in wanted ? project === wanted.folder : project.endsWith(`/${wanted.name}`);
}
