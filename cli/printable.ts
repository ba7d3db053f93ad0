/** All control characters but tab and line feed: what a model or a server says must not steer a terminal. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text of others, fit for a terminal. */
export const printable = (text: string): string => text.replace(CONTROLS, "");
