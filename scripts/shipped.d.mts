export interface Shipped {
  folder: string;
  name: string;
  version: string;
  license: string;
  integrity: string;
  delivery: 'bundled' | 'installed';
}

export function shippedPackages(root: string, bundled: string[]): Shipped[];
