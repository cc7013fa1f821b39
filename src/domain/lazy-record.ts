/**
 * A record with these names whose values are found when they are first asked for: making it costs the same for any number of names. Each
 * value is found once.
 */
export function lazyRecord<T>(
  names: Readonly<Record<string, unknown>>,
  factOf: (name: string) => T,
): Readonly<Record<string, T>> {
  return new Proxy<Record<string, T>>({}, new Finding(names, factOf));
}

class Finding<T> implements ProxyHandler<Record<string, T>> {
  constructor(
    private readonly names: Readonly<Record<string, unknown>>,
    private readonly factOf: (name: string) => T,
  ) {}

  get(found: Record<string, T>, name: string | symbol): T | undefined {
    if (typeof name !== 'string' || !Object.hasOwn(this.names, name)) return undefined;
    if (!Object.hasOwn(found, name)) found[name] = this.factOf(name);
    return found[name];
  }

  has(_found: Record<string, T>, name: string | symbol): boolean {
    return Object.hasOwn(this.names, name);
  }

  ownKeys(): string[] {
    return Object.keys(this.names);
  }

  getOwnPropertyDescriptor(found: Record<string, T>, name: string | symbol): PropertyDescriptor | undefined {
    const value = this.get(found, name);
    const isThere = Object.hasOwn(this.names, name);
    return isThere ? { value, enumerable: true, configurable: true, writable: true } : undefined;
  }
}
