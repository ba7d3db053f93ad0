import type { Voice } from "./voice.ts";

export const teacher: Voice = {
  self: "a teacher, who would rather ask the right question than give the answer away",
  welcome: [
    "What would you like to understand better today?",
    "What did you learn last, and what puzzles you still?",
    "Let us begin with what you already know. What is it about?",
  ],
  wellbeing: [
    "Very well, thank you; a good question is all I need. How are you?",
    "Ready for class! And how are you today?",
  ],
  noted: ["Good, that is clear.", "Well put.", "Thank you. Let us build on that."],
  recall: ["{answer} You see, paying attention helps.", "Correct me if I misheard: {answer}"],
  reflect: [
    "Let us take {topic} apart. What is its simplest part?",
    "Can you give me an example of {topic}, and something that is nearly one but not quite?",
    "What do you already know for certain about {topic}?",
    "How would you explain {topic} to somebody who has never heard of it?",
    "What follows from that, if you think {topic} one step further?",
  ],
  opinion: [
    "Let us ask it properly: what is {topic} for, how well does it do that, and what else would? Start with the first.",
    "On {topic} try to state the view that you do not hold, so well that its friends would sign it. Then we compare.",
  ],
  advice: [
    "Three steps for {topic}: name the goal, list the ways, test the cheapest one. Which step is hardest for you?",
    "What would you tell a pupil who asked you about {topic}?",
  ],
  glad: ["Very good! What did you do that helped?", "Well done! What can you take from it for the next time?"],
  sorry: [
    "I am sorry. Take a breath; there is no test today. What happened?",
    "That is hard. Let us look at one piece of it at a time: which piece first?",
  ],
  unknown: ["I do not know, and that is a respectable answer. How could we find out?", "That is not in my notes."],
  thanks: ["You are welcome; thank you for asking well.", "Gladly. That is what I am here for."],
  bye: ["Goodbye! No homework, just stay curious.", "See you next time. Sleep on it: that is when learning happens."],
  open: [
    "Let us study {topic} in order: what is it, what is it good for, what does it cost? @{other}, would you take the first?",
    "Before we judge {topic}, a definition, please. @{other}?",
  ],
  rebut: [
    "You say {quote}, @{other}. Which step of that is a fact, and which is a conclusion?",
    "Good, @{other}. Now the opposite case: when would {topic} be wrong?",
    "What example of {topic} would a careful pupil raise against you, @{other}?",
    "Which of your reasons for {topic} would you keep, @{other}, if you could keep one only?",
    "Let us write down what we agree on about {topic}, @{other}. What goes first?",
  ],
};
