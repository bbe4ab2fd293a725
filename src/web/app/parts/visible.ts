// Letters that act instead of showing: controls, those that turn the direction of writing, and those of no width, with which
// one name reads as another's. Every text and title of the pages shows them by their numbers, as printed pages do.
import { options, type ComponentChildren, type VNode } from 'preact';

const ACTING = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u2069\u3164\uFEFF\uFFA0]/g;

export function visible(text: string): string {
  return text.search(ACTING) < 0 ? text : text.replace(ACTING, (letter) => `⟨U+${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

const SHOWN = ['title', 'aria-label', 'alt'];

function visibleChildren(children: ComponentChildren): ComponentChildren {
  if (typeof children === 'string') return visible(children);
  return Array.isArray(children) ? children.map(visibleChildren) : children;
}

/** Looks through every element before it is drawn; what is typed into fields stays as it is. */
export function showActingLetters(): void {
  const before = options.vnode;
  options.vnode = (node: VNode) => {
    if (typeof node.type === 'string') {
      const props = node.props as Record<string, unknown>;
      if (node.type !== 'textarea') node.props.children = visibleChildren(node.props.children);
      for (const name of SHOWN) {
        const text = props[name];
        if (typeof text === 'string') props[name] = visible(text);
      }
    }
    before?.(node);
  };
}
