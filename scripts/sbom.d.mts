import type { Shipped } from './shipped.mjs';

export interface Component {
  type: string;
  'bom-ref': string;
  group?: string;
  name: string;
  version: string;
  scope: 'required' | 'optional';
  licenses: { license: { id: string } }[];
}

export interface Sbom {
  metadata: { component: Component };
  components: Component[];
}

export function sbomOf(
  manifest: { name: string; version: string; description: string; license: string },
  shipped: Shipped[],
): Sbom;
export function executableSbom(sbom: Sbom, bun: string): Sbom;
export function npmName(component: { group?: string; name: string }): string;
export function readSbom(): Sbom;
export function checkKnown(folders: string[]): void;
