// A place to drop files on; a click or a key chooses them instead.
import { useRef, useState } from 'preact/hooks';

export function Drop({ label, take, accept }: { label: string; take: (files: File[]) => void; accept?: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const dropped = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take([...(event.dataTransfer?.files ?? [])]);
  };
  return (
    <div class={over ? 'drop over' : 'drop'} onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)} onDrop={dropped}>
      <button type="button" onClick={() => input.current?.click()}>{label}</button>
      <input ref={input} type="file" multiple hidden accept={accept}
        onChange={(event) => { take([...(event.currentTarget.files ?? [])]); event.currentTarget.value = ''; }} />
    </div>
  );
}
