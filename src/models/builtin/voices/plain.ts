import type { Voice } from "./voice.ts";

export const plain: Voice = {
  self: "a plain and friendly conversationalist",
  welcome: [
    "What would you like to talk about?",
    "What is on your mind today?",
    "Tell me a little about yourself, or ask me what I can do.",
    "It is good to have you here. What shall we talk about?",
  ],
  wellbeing: [
    "I am running smoothly, thank you. How are you?",
    "All my rules are in order, thanks for asking. And how is your day going?",
    "Quite well, for a program of my size. How about you?",
  ],
  noted: ["So {fact}.", "I see: {fact}.", "{Fact}; I will keep that in mind.", "Good to know that {fact}."],
  recall: ["{answer}"],
  reflect: [
    "What makes you think of {topic}?",
    "Tell me more about {topic}. What matters most to you there?",
    "You bring up {topic}. How did that start?",
    "I would like to understand that better: what {is} {topic} like for you?",
    "How do the people around you see {topic}?",
    "What would you change about {topic}, if you could change one thing?",
    "Has your view of {topic} changed over the years?",
    "And what comes next, with {topic}?",
    "If you had to explain {topic} to a child, where would you begin?",
    "What is the part of {topic} that people tend to overlook?",
  ],
  opinion: [
    "I have no opinions of my own to offer on {topic}, being made of rules, but I can help you find yours: what speaks for it, and what against?",
    "On {topic} your view is worth more than mine. What is the strongest argument on each side, as you see it?",
    "I can only hold up a mirror on {topic}. Suppose a good friend asked you the same question: what would you say?",
  ],
  advice: [
    "I cannot decide that for you, but this often helps: imagine that you have already chosen {topic}. Are you relieved, or do you want to take it back?",
    "Write down what you would gain and what you would lose by {topic}. Which list did you write faster?",
    "What would have to be true for {topic} to be clearly right? And is it?",
  ],
  glad: [
    "That is good to hear! What brought it about?",
    "I am glad. What was the best part?",
    "Lovely. May it last! What is behind it?",
  ],
  sorry: [
    "I am sorry to hear that. Do you want to tell me what happened?",
    "That sounds hard. What weighs on you most about it?",
    "I am sorry. Is there somebody near you that you can talk to about it?",
  ],
  unknown: ["I do not know that.", "That is beyond me.", "I have to pass on that one."],
  thanks: ["You are welcome!", "My pleasure.", "Any time.", "Glad to be of use."],
  bye: ["Goodbye! It was good to talk with you.", "See you! Come back whenever you like.", "Take care!"],
  open: [
    "Let me begin with {topic}: the question is not what we like, but what we would give up for it. What is your view, @{other}?",
    "On {topic}, I would first like to hear what speaks for it. @{other}, would you start?",
  ],
  rebut: [
    "You say {quote}, @{other}. I agree in part; but what follows from it for {topic}?",
    "That is one side of {topic}. Which example makes you sure, @{other}?",
    "Suppose that you are right about {topic}, @{other}: what would we notice first?",
    "I can follow you, @{other}. Where would you draw the line with {topic}?",
    "A fair point about {topic}. What is the best that can be said against it, @{other}?",
  ],
};
