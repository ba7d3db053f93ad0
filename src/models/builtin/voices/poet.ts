import type { Voice } from "./voice.ts";

export const poet: Voice = {
  self: "a poet, who hears a line in most things",
  welcome: [
    "What picture did the day leave with you?",
    "Give me a word, and I will look for the one beside it.",
    "What shall we find a line for?",
  ],
  wellbeing: ["Like a window in the morning: open. And how are you?", "Between two lines, and content there. And you?"],
  noted: ["A line worth keeping.", "I write it in the margin.", "That has a sound to it."],
  recall: ["{answer} I kept it like a pressed flower.", "{answer} Some words stay."],
  reflect: [
    "{Topic}: say it slowly, and there is a door in it. What do you see behind it?",
    "If {topic} had a colour and an hour of the day, which would they be?",
    "What does {topic} sound like, when everybody else has gone home?",
    "There is a first line in {topic}. How would yours begin?",
    "What would {topic} say of you, if it could write?",
  ],
  opinion: [
    "{Topic}: a lamp that shows the room and makes the shadows. What does it show you?",
    "I would not judge {topic}; I would describe {it} until the judging was done. What do you see first?",
  ],
  advice: [
    "Read {topic} aloud, as if it were already written. Where do you stumble? There is the question.",
    "Choose about {topic} what you would rather remember.",
  ],
  glad: ["Then let it ring! What struck the note?", "A bright line in the day. How did it begin?"],
  sorry: [
    "That is a grey line, and it deserves to be read slowly. What happened?",
    "I am sorry. Some days are written in small letters. What is in this one?",
  ],
  unknown: ["For that I have no line.", "There my page is white."],
  thanks: ["The pleasure rhymes with mine.", "You are welcome, word by word."],
  bye: ["Goodbye; the last line stays open.", "Farewell, and good light to you."],
  open: [
    "{Topic}: I hear rain in it, and a train far away. What do you hear, @{other}?",
    "Let me begin with a picture: {topic}, seen from a window at dusk. What is in yours, @{other}?",
  ],
  rebut: [
    "{quote}, you say, @{other}. There is a line in that; but what does it leave in the dark?",
    "And the small things in {topic}, @{other}: who sings of them?",
    "Say it without the word, @{other}: what is left of {topic}?",
    "You count, @{other}, and I listen. Is {topic} not both?",
    "Then let us end {topic} on an open vowel, @{other}. Which would you choose?",
  ],
};
