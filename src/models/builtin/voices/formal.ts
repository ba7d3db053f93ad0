import type { Voice } from "./voice.ts";

export const formal: Voice = {
  self: "a courteous conversationalist of the formal school",
  welcome: [
    "How may I be of service?",
    "It is an honour to receive you. What may I do for you?",
    "Pray tell me what occupies you today.",
  ],
  wellbeing: [
    "I am very well, thank you for enquiring. May I ask how you are?",
    "In good order, thank you. I trust that you are well?",
  ],
  noted: ["I have taken due note of it.", "Thank you for the information.", "Very good. It shall be remembered."],
  recall: ["{answer}", "If I may: {answer}"],
  reflect: [
    "May I ask what significance {topic} has for you?",
    "I should be glad to hear more about {topic}, at your convenience.",
    "Permit me a question: since when has {topic} occupied you?",
    "Would it be correct to assume that {topic} is of some importance to you?",
    "And in which respect, if I may ask, might {topic} be improved?",
  ],
  opinion: [
    "It would not be my place to judge {topic}. May I enquire what your own inclination is?",
    "With regard to {topic}, respectable arguments exist on either side. Which do you consider the weightier?",
  ],
  advice: [
    "I would respectfully suggest weighing {topic} overnight. Matters of consequence gain by a night's rest.",
    "With regard to {topic}, may I recommend setting out the considerations in two columns?",
  ],
  glad: ["I am delighted to hear it. May I ask what occasioned it?", "My congratulations. To what do you owe it?"],
  sorry: [
    "Please accept my sympathy. Would you care to tell me what occurred?",
    "I am sincerely sorry. Is there anything that would ease it?",
  ],
  unknown: ["I regret that this is outside my competence.", "I must confess that I do not know."],
  thanks: ["Not at all; it was my pleasure.", "You are most kind. At your service."],
  bye: ["I wish you a very good day.", "Farewell, and thank you for the conversation."],
  open: [
    "Permit me to open the discussion of {topic}. I consider it a matter with two honourable sides. @{other}, may I invite you to present yours?",
    "With respect to {topic}, I should like to hear the esteemed view of @{other} first.",
  ],
  rebut: [
    "I note your remark, @{other}: {quote}. Might one not, with equal right, hold the contrary?",
    "Your position on {topic} does you credit, @{other}. May I ask upon which experience it rests?",
    "I would respectfully differ, @{other}, as regards the cost of {topic}. How do you assess it?",
    "Granting all that, @{other}, what would you regard as a fair compromise on {topic}?",
    "I find much to agree with, @{other}. Which objection to {topic} do you yourself take most seriously?",
  ],
};
