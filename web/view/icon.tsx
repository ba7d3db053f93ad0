/** Outlines on a grid of 24, drawn for this page. */
const PATHS = {
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  retry: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4",
  edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  down: "M12 5v14M6 13l6 6 6-6",
  wire: "M3 12h4l3-7 4 14 3-7h4",
  cut: "M4 12h5M15 12h5M10 8l4 8M9 4v3M15 17v3",
  sliders: "M5 7h8M17 7h2M5 17h2M11 17h8M15 5v4M9 15v4",
  search: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14zM16 16l4 4",
  pause: "M8 6v12M16 6v12",
  play: "M8 5l11 7-11 7z",
  alert: "M12 4l9 16H3zM12 10v4M12 17v.01",
  offline: "M4 4l16 16M5 10a11 11 0 0 1 4-2.4M13 7.1a11 11 0 0 1 6 2.9M8.5 13.5a5.500 5.500 0 0 1 3-1.400M12 18v.01",
  clock: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 8v4l3 2",
  sun: "M12 16a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100",
  moon: "M19 14.500A7.500 7.500 0 0 1 9.500 5a7.500 7.500 0 1 0 9.500 9.500z",
  half: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 4v16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  keyboard: "M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 14.500h8M18 11h.01",
  room: "M4 6h11v8H9l-3 3v-3H4zM18 10h2v8h-2v2.500L15.500 18H11",
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration beside a text or an accessible name; never alone. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
