import type { Sbom } from './sbom.mjs';

export function licencesPage(sbom: Sbom): string;
