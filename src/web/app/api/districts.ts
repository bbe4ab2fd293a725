// The districts of a registry, read once: their outlines for maps, their names for lists.
import { districtsAddress } from './endpoints';
import { get } from './request';

interface Districts {
  readonly type: 'FeatureCollection';
  readonly features: readonly { readonly properties: { readonly code: string; readonly name: string | null } }[];
}

const known = new Map<string, Promise<Districts>>();

export function districtsOf(registry: string): Promise<Districts> {
  const before = known.get(registry);
  if (before) return before;
  const asked = get<Districts>(districtsAddress(registry));
  known.set(registry, asked);
  // What could not be read is asked for again.
  asked.catch(() => known.delete(registry));
  return asked;
}

/** The names of districts by code; none where a district has none. */
export async function districtNames(registry: string): Promise<ReadonlyMap<string, string>> {
  const { features } = await districtsOf(registry);
  return new Map(features.flatMap(({ properties: { code, name } }) => (name ? [[code, name] as const] : [])));
}
