// A place to drop files and folders on; a click or a key chooses them instead.
import { useRef, useState } from 'preact/hooks';
import { say } from '../words/language';
import { tell } from './notice';

/** Where a file of a dropped folder lay in it. */
const ways = new WeakMap<File, string>();

/** The folders in which a file lay that was dropped or chosen with its folder, from the outermost; none where it came by itself. */
export function foldersOf(file: File): string[] {
  return (ways.get(file) ?? file.webkitRelativePath).split('/').slice(0, -1);
}

/** What systems leave in folders, and nobody sends. */
const LEFT_BY_SYSTEMS = /^(\..*|Thumbs\.db|desktop\.ini)$/i;

function isOfSystem(file: File): boolean {
  return [...foldersOf(file), file.name].some((part) => LEFT_BY_SYSTEMS.test(part));
}

/** All files of an entry; a folder gives its own a hundred at a time. */
async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => { (entry as FileSystemFileEntry).file(resolve, reject); });
    ways.set(file, entry.fullPath.replace(/^\//, ''));
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await filesOf(one)));
  }
}

/** What was dropped. It has to be asked for before the event is over. */
function dropped(data: DataTransfer | null): Promise<File[]> {
  const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry?.() ?? null).filter((entry) => entry !== null);
  if (!entries.some((entry) => entry.isDirectory)) return Promise.resolve([...(data?.files ?? [])]);
  return Promise.all(entries.map(filesOf)).then((files) => files.flat());
}

interface DropOf {
  label: string;
  take: (files: File[]) => void;
  accept?: string;
  /** Whether folders can be chosen as well; they can be dropped in any case. */
  folder?: string;
}

export function Drop({ label, take, accept, folder }: DropOf) {
  const input = useRef<HTMLInputElement>(null);
  const folders = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const taken = (files: readonly File[]): void => {
    const sent = files.filter((file) => !isOfSystem(file));
    if (sent.length > 0) take(sent);
    else tell(say('drop_empty'), 'bad');
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    dropped(event.dataTransfer).then(taken, () => tell(say('drop_unreadable'), 'bad'));
  };
  const chosen = (event: { currentTarget: HTMLInputElement }): void => {
    const files = [...(event.currentTarget.files ?? [])];
    event.currentTarget.value = '';
    if (files.length > 0) taken(files);
  };
  const can_folders = folder !== undefined && 'webkitdirectory' in HTMLInputElement.prototype;
  return (
    <div class={over ? 'drop over' : 'drop'} onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)} onDrop={drop}>
      <button type="button" onClick={() => input.current?.click()}>{label}</button>
      {can_folders && <button type="button" onClick={() => folders.current?.click()}>{folder}</button>}
      <input ref={input} class="files" type="file" multiple hidden accept={accept} onChange={chosen} />
      {can_folders && <input ref={folders} class="folder" type="file" hidden {...{ webkitdirectory: true }} onChange={chosen} />}
    </div>
  );
}
