// Text for another window, also where the browser's clipboard is closed, as it is on plain HTTP.
import { tell } from './notice';
import { say } from '../words/language';

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  tell(say('copied'));
}
