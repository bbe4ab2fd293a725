// What is to be scanned: chosen out of what lies in the served folder, several at once where they are one survey.
import { useId } from 'preact/hooks';
import type { FolderEntry } from '../../api/types';
import type { Loaded } from '../../loading';
import { Failure } from '../../parts/failure';
import { bytes } from '../../words/figures';
import { say } from '../../words/language';

interface ImageryOf {
  known: Loaded<FolderEntry[]>;
  chosen: readonly string[];
  choose: (chosen: readonly string[]) => void;
}

export function ImageryField({ known, chosen, choose }: ImageryOf) {
  const help = useId();
  const listed = known.data ?? [];
  // What has just been dropped may not be in the list yet.
  const others = chosen.filter((path) => !listed.some((one) => one.path === path));
  const toggle = (path: string, on: boolean): void => choose(on ? [...chosen, path] : chosen.filter((one) => one !== path));
  return (
    <fieldset class="imagery" aria-describedby={help}>
      <legend>{say('survey_folder')}</legend>
      <small id={help}>{say('survey_folder_help')}</small>
      {known.error && <Failure error={known.error} again={known.again} />}
      {listed.length === 0 && others.length === 0 && known.data && <p class="soft">{say('survey_nothing_there')}</p>}
      <ul>
        {[...others.map((path) => ({ path, about: '' })), ...listed.map((one) => ({ path: one.path, about: about(one) }))].map((one) => (
          <li key={one.path}>
            <label class="check">
              <input type="checkbox" name="path" value={one.path} checked={chosen.includes(one.path)} onChange={(event) => toggle(one.path, event.currentTarget.checked)} />
              <span>{one.path} {one.about && <small>{one.about}</small>}</span>
            </label>
          </li>
        ))}
      </ul>
      <p class="chosen" role="status">{chosen.length === 0 ? say('survey_none_chosen') : say('survey_chosen', { names: chosen.join(say('list_separator')) })}</p>
    </fieldset>
  );
}

function about({ folder, files, bytes: size }: FolderEntry): string {
  return [folder ? say('images_n', { n: files }) : null, bytes(size)].filter(Boolean).join(' · ');
}
