import type { ButtonHTMLAttributes, Ref } from "preact";
import { Icon, type IconName } from "./icon.tsx";

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label" | "ref"> & {
  icon: IconName;
  /** Its accessible name, and what hovering shows. */
  label: string;
  small?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
};

export function IconButton({ icon, label, small, buttonRef, class: more, ...rest }: IconButtonProps) {
  const names = ["icon-button", small && "small", more].filter(Boolean).join(" ");
  return (
    <button type="button" aria-label={label} title={label} {...rest} class={names} ref={buttonRef ?? null}>
      <Icon name={icon} />
    </button>
  );
}
