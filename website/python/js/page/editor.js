// The editor of a cell: CodeMirror with Python's indentation and colors, in the place of a plain field.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

// By the classes that the stored code has, whose colors are in the site's own style sheet.
const colors = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword,
    tags.bool, tags.null, tags.self], class: "k" },
  { tag: tags.string, class: "s" },
  { tag: tags.number, class: "m" },
  { tag: tags.comment, class: "c" },
]);

/**
 * Make an editor.
 *
 * @param {string} code - to begin with.
 * @param {{anchor: number, head: number}} selection - where the cursor is.
 * @param {object} attributes - of the element that takes the text: its name and description.
 * @param {() => void} onChange - called after every change.
 * @param {(event: KeyboardEvent) => boolean} onKey - asked first; returns whether it has dealt with the key.
 */
export function makeEditor({ code, selection, attributes, onChange, onKey }) {
  const view = new EditorView({
    state: EditorState.create({
      doc: code,
      selection,
      extensions: [
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("    "),
        bracketMatching(),
        python(),
        syntaxHighlighting(colors),
        keymap.of([{ any: (_, event) => onKey(event) }, ...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.lineWrapping,
        EditorView.editorAttributes.of({ class: "cell-field" }),
        EditorView.contentAttributes.of({ spellcheck: "false", ...attributes }),
        EditorView.updateListener.of((update) => { if (update.docChanged) onChange(); }),
      ],
    }),
  });
  return {
    element: view.dom,
    focus: () => view.focus(),
    get code() { return view.state.doc.toString(); },
    set code(text) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }); },
  };
}
