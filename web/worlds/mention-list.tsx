export const MENTION_LIST = "mention-list";
export const optionId = (index: number): string => `mention-${index}`;

type MentionListProps = {
  names: readonly string[];
  query: string;
  active: number;
  hues: ReadonlyMap<string, number>;
  onTake: (name: string) => void;
  onHover: (index: number) => void;
};

/** The names that fit what is being typed, above the field; the field keeps the focus. */
export function MentionList({ names, query, active, hues, onTake, onHover }: MentionListProps) {
  if (names.length === 0) {
    return (
      <p class="mention-list nobody" id={MENTION_LIST}>
        Nobody here is called “{query}”.
      </p>
    );
  }
  return (
    <div class="mention-list" id={MENTION_LIST} role="listbox" aria-label="Agents to mention">
      {names.map((name, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
        // biome-ignore lint/a11y/useFocusableInteractive: it is pointed at by aria-activedescendant
        <div
          key={name}
          id={optionId(index)}
          role="option"
          aria-selected={index === active}
          data-hue={hues.get(name.toLowerCase())}
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => onHover(index)}
          onClick={() => onTake(name)}
        >
          <span class="agent-dot" aria-hidden="true" />
          <span class="agent-name">{name}</span>
        </div>
      ))}
    </div>
  );
}
