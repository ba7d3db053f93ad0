type Rule = { pattern: RegExp; say: readonly string[] };

/** How a plain conversationalist takes up what was said; `{one}` is what followed, with the persons swapped. */
export const RULES: readonly Rule[] = [
  {
    pattern:
      /\b(?:thinking|think|dreaming|dream|talking|worrying|reading|wondering) (?:about|of) ((?!you\b|it\b|that\b|me\b).{2,100})$/,
    say: [
      "What draws you to {one}?",
      "What speaks for {one}, and what against?",
      "Since when has {one} been on your mind?",
    ],
  },
  {
    pattern:
      /^it (?:\w+ )?(?:crash|fail|stop|break|hang|freez|do(?:es)?n't|does not|won't|isn't|keeps|never)\w*\b.{0,140}$/,
    say: ["Since when is that so?", "What have you tried so far?", "What happens just before it?"],
  },
  {
    pattern: /^(?:he|she|they|we) (.{2,140})$/,
    say: [
      "How do you feel about that?",
      "What do you think lies behind it?",
      "And then?",
      "What does that mean for you?",
    ],
  },
  {
    pattern:
      /^(?:i|we) (?:really |just |do |also |still )?(?:think|believe|guess|suppose|find|feel (?:that|like)|am (?:sure|convinced|certain))(?: that)? (.{3,140})$/,
    say: [
      "What makes you think that {one}?",
      "Suppose somebody doubted that {one}. What would you tell them?",
      "Since when have you thought so?",
      "You think that {one}. What follows from it?",
    ],
  },
  {
    pattern: /^(?:i'm|i am) (?:sure|convinced|certain)(?: that)? (.{3,140})$/,
    say: ["What makes you so sure that {one}?", "And if it were not so?"],
  },
  {
    pattern:
      /^i (?:really |just |also |always |only )*(?:want|wish|would like|would love|'d like|'d love|hope|dream of|long)(?: for| to)? (.{2,140})$/,
    say: [
      "What would change for you with that?",
      "What would be the first small step?",
      "And what has kept you from it so far?",
      "Imagine that you had it already. What does the day look like?",
    ],
  },
  {
    pattern: /^i (?:really |just |also )*(?:need|must|should|ought to|(?:have|had) to)(?: to)? (.{2,140})$/,
    say: [
      "Who says so: you, or somebody else?",
      "What happens if you don't?",
      "By when, and what comes first?",
      "And would you want to, if nobody asked for it?",
    ],
  },
  {
    pattern: /^i (?:can't|cannot|couldn't|am not able to|can not) (.{2,140})$/,
    say: [
      "What stands in the way?",
      "What would have to change so that you could?",
      "Was there a time when it worked?",
    ],
  },
  {
    pattern: /^i (?:don't|do not|never|didn't) (.{2,140})$/,
    say: ["What would have to happen for that to change?", "Has it always been so?", "Do you miss anything by it?"],
  },
  {
    pattern:
      /^(?:yesterday|today|last (?:night|week|month|year|summer|weekend)|this (?:morning|week|afternoon)|recently)?,? ?i (?:just |finally |recently |also )?((?:\w+ed|went|saw|met|had|got|made|lost|found|bought|ate|slept|read|wrote|ran|won|spoke|came|drove|flew|took|gave|broke|began|built|cooked|left|heard|did|forgot|fell|swam|sang|drank|thought|tried) ?.{0,140})$/,
    say: [
      "You {one}: how was that for you?",
      "And how did it turn out?",
      "What do you remember best about it?",
      "So you {one}. Was that the first time?",
    ],
  },
  {
    pattern: /^(?:i'm|i am) ((?:\w+ing)\b.{0,140})$/,
    say: [
      "How is it going?",
      "What do you like about it?",
      "How long have you been at it?",
      "And where do you want it to lead?",
    ],
  },
  {
    pattern: /^because (.{2,140})$/,
    say: [
      "Is that the whole reason?",
      "That makes sense to me. Is there anything else behind it?",
      "And if that were different, what would you do?",
    ],
  },
  {
    pattern: /^(?:everybody|everyone|nobody|no one|people|they all|all (?:people|men|women)|always)\b(.{2,140})$/,
    say: [
      "Can you think of one exception?",
      "Really all of them? Whom do you have in mind?",
      "Who taught you to see it that way?",
    ],
  },
  {
    pattern: /^(?:if) (.{2,140})$/,
    say: ["How likely is that, do you think?", "And if not?", "What would you do first, in that case?"],
  },
  {
    pattern: /^you (?:are|seem|look|sound|should|must|could|can|have|never|always) (.{2,140})$/,
    say: [
      "What gives you that impression?",
      "That may be so. What would you do in my place?",
      "I am only rules, so you may well be right. How do you notice it?",
    ],
  },
  {
    pattern: /^my ([\p{L} -]{2,30}?) (?:is|are|was|were|has|have|had|\w+s|\w+ed)\b.{0,140}$/u,
    say: ["Tell me more about your {one}.", "What does that mean for you?", "How do you get along with your {one}?"],
  },
  {
    pattern:
      /^(?:there (?:is|are|was|were)|it (?:is|was)(?! (?:at|in|on|for|from)\b)|it's(?! (?:at|in|on|for|from)\b)|this is|that is|that's) (.{2,140})$/,
    say: [
      "How did you notice?",
      "Is that good or bad for you?",
      "What does it remind you of?",
      "Compared with what you expected?",
    ],
  },
];

/** Blows and strokes of luck. */
export const EVENTS: readonly [RegExp, readonly string[]][] = [
  [
    /\b(?:shouted|yelled|screamed|fired|failed|died|stole|stolen|broke up|fight|fought|argued|argument|cheated|lied|accident|crashed|rejected|bullied|insulted|ignored me|left me|lost my|is (?:very |really )?(?:ill|sick|dead))\b/,
    [
      "I am sorry; that sounds hard. How did you take it?",
      "That is not easy. What would help you now?",
      "I am sorry to hear that. What happened then?",
    ],
  ],
  [
    /\b(?:i|we) (?:have |just |finally |really )*(?:won|passed|got (?:the|a|my) (?:\w+ )?(?:job|promotion|prize|degree|offer|licence|license)|got (?:married|engaged|promoted)|succeeded|finished|made it|graduated)\b|\b(?:was born|said yes)\b/,
    [
      "Congratulations! How did that feel?",
      "That is wonderful news. How will you celebrate?",
      "Well done! What made the difference?",
    ],
  ],
];

/** Subjects of daily life. */
export const SUBJECTS: readonly [RegExp, readonly string[]][] = [
  [
    /\b(?:weather|rain(?:ing|y)?|sunny|snow(?:ing)?|storm|cloudy|foggy|heat ?wave)\b/,
    [
      "I have no window in here, so tell me: is it the kind of weather that you like?",
      "Weather is what everybody shares. Does it change your plans?",
    ],
  ],
  [/\bweekend\b/, ["What would make it a good weekend for you?", "Is it rather rest or adventure, that weekend?"]],
  [
    /\b(?:food|dinner|lunch|breakfast|pizza|pasta|cook(?:ing)?|recipe|restaurant|cake|soup)\b/,
    [
      "That sounds tasty from here, as far as I can tell. Do you cook yourself?",
      "Who taught you to cook, or to enjoy it?",
    ],
  ],
  [
    /\b(?:music|song|band|concert|guitar|piano|singing|album|jazz|rock)\b/,
    [
      "Music says what rules cannot. What do you listen to, when nobody is about?",
      "Do you make music yourself, or do you listen?",
    ],
  ],
  [/\b(?:book|novel|author|reading)\b/, ["What has that book changed in you?", "Would you read it a second time?"]],
  [
    /\b(?:movie|film|series|cinema|netflix)\b/,
    ["Which scene stayed with you?", "Would you watch it again, and with whom?"],
  ],
  [
    /\b(?:football|soccer|tennis|basketball|running|gym|marathon|sport|swim|yoga|match)\b/,
    ["Do you do it for the winning, for the company or for the quiet in your head?", "How do you feel afterwards?"],
  ],
  [
    /\b(?:holiday|vacation|travel(?:led|ling)?|trip|flight|beach|mountains?)\b/,
    ["Where would you go, if you could leave this evening?", "What do you always take with you?"],
  ],
  [
    /\b(?:boss|office|meeting|colleagues?|deadline|job|project)\b/,
    [
      "What would make that part of your work easier?",
      "Who could help you with it?",
      "What would you tell a friend in the same place?",
    ],
  ],
  [
    /\b(?:code|program|bug|software|server|javascript|typescript|python|computer)\b/,
    [
      "What is the smallest case in which it still goes wrong, or right?",
      "What do you like about building such things?",
    ],
  ],
  [
    /\b(?:school|exam|university|homework|class|studying)\b/,
    ["Which part of it is interesting, and which is only work?", "What would help you to learn it?"],
  ],
  [
    /\b(?:cat|dog|pet|kitten|puppy|horse|bird)\b/,
    ["Animals have their own mind about most things. What is yours like?", "What does it do when you come home?"],
  ],
  [
    /\b(?:baby|kids?|children|family|parents?|wedding|married)\b/,
    ["Who is most important to you there?", "What do you wish for them?"],
  ],
];
