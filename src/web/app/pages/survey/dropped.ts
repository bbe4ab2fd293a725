// What was dropped to be scanned, on its way to the server: what is imagery, what is the boundary, what lies beside them; and what
// is to be scanned once it has arrived.
import { upload } from '../../api/endpoints';
import { foldersOf } from '../../parts/drop';
import { day } from '../../words/figures';

export type Kind = 'imagery' | 'boundary' | 'beside';

export interface Sent {
  readonly file: File;
  /** The drop that it came with. */
  readonly drop: number;
  readonly kind: Kind;
  /** The folder of the inbox into which it goes. */
  readonly folder: string | undefined;
  readonly state: 'waiting' | 'sending' | 'received' | Error;
  /** Its way below the served folder, once it is there. */
  readonly path: string | null;
}

const IMAGERY = /\.(tiff?|btf|vrt|img|jp2|ecw|sid|jpe?g)$/i;
const BOUNDARY = /\.(geojson|gpkg|shp|kml|kmz|ovkml|ovkmz|zip)$/i;
/** Files without which a shapefile is none. */
const OF_SHAPE = /\.(dbf|shx|prj|cpg|sbn|sbx|qix)$/i;

const stem = (file: File): string => [...foldersOf(file), file.name.replace(/\.[^.]*$/, '')].join('/');

function kindOf(file: File, shapes: ReadonlySet<string>): Kind {
  if (OF_SHAPE.test(file.name) && shapes.has(stem(file))) return 'boundary';
  if (IMAGERY.test(file.name)) return 'imagery';
  if (BOUNDARY.test(file.name)) return 'boundary';
  return 'beside';
}

/** A name that no other drop has, and that any system takes. */
function nameOf(top: string | null): string {
  const now = new Date();
  const two = (n: number): string => String(n).padStart(2, '0');
  const plain = (top ?? 'flight').replace(/[/\\:*?"<>|]/g, '_').replace(/^\.+|\s+$/g, '').slice(0, 80) || 'flight';
  return `${plain}-${day(0)}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}

/** Where what was dropped together goes: a file alone into the inbox, several into a folder of their own, as they lay; boundaries
 * beside it, since a folder is scanned with all that is in it. */
export function sorted(files: readonly File[], drop: number): Sent[] {
  const shapes = new Set(files.filter((file) => /\.shp$/i.test(file.name)).map(stem));
  const kinds = files.map((file) => [file, kindOf(file, shapes)] as const);
  const tops = new Set(files.map((file) => foldersOf(file)[0] ?? null));
  const top = tops.size === 1 ? ([...tops][0] ?? null) : null;
  const name = nameOf(top);
  const alone = (kind: Kind): boolean => kinds.filter(([, other]) => (other === 'boundary') === (kind === 'boundary')).length === 1;
  return kinds.map(([file, kind]) => {
    const inner = foldersOf(file).slice(top === null ? 0 : 1).map((part) => part.replace(/[\\:*?"<>|]/g, '_'));
    const base = kind === 'boundary' ? `${name}-boundary` : name;
    const folder = alone(kind) && foldersOf(file).length === 0 ? undefined : [base, ...(kind === 'boundary' ? [] : inner)].join('/');
    return { file, drop, kind, folder, state: 'waiting', path: null };
  });
}

/** What a drop gave that has arrived: the imagery to be scanned, and the boundaries. */
export function given(sent: readonly Sent[]): { imagery: string[]; boundaries: string[] } {
  const there = sent.filter((one) => one.path !== null);
  const images = there.filter((one) => one.kind === 'imagery').map((one) => one.path as string);
  const whole = images[0]?.split('/').slice(0, 2).join('/');
  const boundaries = there.filter((one) => one.kind === 'boundary' && BOUNDARY.test(one.file.name)).map((one) => one.path as string);
  return { imagery: images.length > 1 && whole ? [whole] : images, boundaries };
}

/** Sends one after another; tells of each how it goes. */
export async function send(files: readonly Sent[], tell: (file: File, by: Pick<Sent, 'state' | 'path'>) => void): Promise<void> {
  for (const { file, folder } of files) {
    tell(file, { state: 'sending', path: null });
    await upload(file, folder).then(({ path }) => tell(file, { state: 'received', path }), (error: Error) => tell(file, { state: error, path: null }));
  }
}
