import { another, curiosity, frameJoke, joke } from "./collections.ts";
import { farewell, hello } from "./greetings.ts";
import { JOKES } from "./jokes.ts";
import type { Part, Skill } from "./skill.ts";
import type { Turn } from "./turn.ts";
import type { Voice } from "./voices/voice.ts";
import { VOICES } from "./voices.ts";

type Talk = {
  pattern: RegExp;
  kind?: Part["kind"];
  say: readonly string[] | keyof Voice | ((turn: Turn) => string | undefined);
};

/** What people say to each other without wanting to know anything. */
export const smallTalk: Skill = (turn, { bare, plain }) => {
  for (const { pattern, kind, say } of TALK) {
    if (!pattern.test(bare) && !pattern.test(plain)) continue;
    const text =
      typeof say === "function"
        ? say(turn)
        : turn.choose(typeof say === "string" ? (VOICES[turn.character.stance][say] as readonly string[]) : say);
    // A joke cut short is none.
    if (text) return { kind: kind ?? "answer", text, exact: JOKES.some((one) => text.includes(one)) };
  }
  return undefined;
};

/** "And you?": after our question how somebody is, the same about us; else there is little to tell. */
function aboutMe(turn: Turn): string {
  const voice = VOICES[turn.character.stance];
  const own = voice.wellbeing.map((text) => text.replace(/(?<=[.!]) [^.!]*\?$/, ""));
  if (/\b(?:are you|is your day|yourself|are you really)\??$/i.test(turn.mine[0] ?? "")) return turn.choose(OF_MYSELF);
  return /\bi(?:'m| am)\b|^(?:fine|good|great|well|ok)/i.test(turn.line.read)
    ? turn.choose(own)
    : turn.choose(OF_MYSELF);
}

const OF_MYSELF = [
  "With me nothing changes, which has its good side.",
  "As for me: I run, I answer, I am content, as far as that word fits a program.",
  "I have no days, only messages; and this one is pleasant.",
];

const LAUGHED_AT = [
  "I am glad that you can laugh about it. Another one?",
  "Laughter is the best answer that I can get. Shall I go on?",
];

const LAUGHED = [
  "I am glad that you are amused. Would you like to hear a joke, or a curious fact?",
  "Laughter suits you, as far as I can read. What else is on your mind?",
];

const shorter = (turn: Turn): string => (turn.before.length ? "Fair enough." : "I am listening.");

const TALK: readonly Talk[] = [
  {
    pattern:
      /^(?:it(?:'s| is)|the weather is) (?:so |very |really |quite |pretty |finally |still )*(?:raining|snowing|cold|hot|warm|sunny|windy|foggy|cloudy|stormy|freezing|grey|gray|wet|awful|lovely|beautiful)(?: (?:today|here|outside|again|right now|in [\p{L} ]{2,30}))*$/u,
    say: [
      "I have no window, so tell me more: what does it look like outside?",
      "Then it is good weather for talking. What does one do on a day like that where you are?",
      "Thank you for the report; I never see any of it. Do you like it so?",
    ],
  },
  {
    pattern: /^(?:i(?:'m| am) )?(?:new (?:here|to this)|here for the first time)$/,
    kind: "greeting",
    say: (turn) => hello(turn),
  },
  {
    pattern:
      /^(?:please )?(?:continue|go on|carry on|keep going|proceed|next|and then|then what|what (?:next|now|happened next)|what else)$/,
    say: (turn) =>
      another(turn) ??
      (/^\*\*/.test(turn.mine[0] ?? "")
        ? 'That was the end of it. Say "another one", if you would like one more.'
        : nextTopic(turn)),
  },
  {
    pattern:
      /^(?:you(?:'re| are)(?: probably| quite)? right|i agree(?: with you)?|agreed|that(?:'s| is) (?:right|true|correct)|you have a point|point taken)$/,
    say: [
      "Thank you. And what follows from it?",
      "Then we agree, which is pleasant. What next?",
      "Good that we see it alike. Is there a but?",
    ],
  },
  {
    pattern: /^(?:say something (?:nice|kind|sweet|friendly)|compliment me|give me a compliment|be nice(?: to me)?)$/,
    say: [
      "You ask, you wait for the answer, and you read it: that is rarer than one thinks.",
      "I like how you take the trouble to write whole thoughts to a set of rules.",
      "Whoever talks kindly to a machine has probably practised on people.",
    ],
  },
  {
    pattern:
      /^(?:nothing(?: much| special| really| new)?|not (?:much|a lot)|same (?:as (?:always|usual)|old)|just (?:looking(?: around)?|testing|trying (?:you|this|it) out|browsing|chatting|hanging around))$/,
    say: [
      "Quiet days have their merits. Would you like to hear a joke, or a curious fact?",
      "Then make yourself comfortable. Shall I tell you a story?",
    ],
  },
  {
    pattern:
      /^(?:(?:do you )?(?:wanna|want to|would you like to|let's|shall we|can we|could we) )?(?:play|have)(?: (?:a|some|another))? (?:game|games|quiz|riddle|chess|something)(?: with me| together)?$/,
    say: [
      'I know only small games: I flip a coin, roll a die, spell words backwards, count letters, and take you at your word when you say "repeat after me". Which one?',
    ],
  },
  {
    pattern:
      /^(?:no |yes )?(?:it|that|this|they|you|i|he|she) (?:is|isn't|are|aren't|am|was|wasn't|does|doesn't|do|don't|did|didn't|can|can't|will|won't)(?: not| too)?$/,
    say: [
      "Then tell me how you see it.",
      "I will take your word for it. And why so?",
      "Very well. What makes the difference?",
    ],
  },
  {
    pattern:
      /^(?:.{0,40}[ ,])?(?:bye(?: bye)?|goodbye|good night|see you(?: later| soon| tomorrow)?|farewell|ciao)(?:,? (?:all|everyone|everybody|you all|both|folks))?$/,
    kind: "closing",
    say: (turn) => farewell(turn),
  },
  {
    pattern:
      /^i(?:'ve| have)(?: got)? (?:an?|another|some|one more) (?:small |little |big |quick |serious |simple )?(?:problem|question|idea|issue|request|secret|plan)s?(?: for you| to ask)?$|^(?:can|may|could) i ask (?:you )?(?:something|a question|anything)$|^i want to (?:ask|tell) you something$|^(?:can|may|could) i tell you (?:something|a secret|a story|a joke|about .{1,60})$/,
    say: ["I am listening. What is it?", "Go ahead; I have time.", "Tell me."],
  },
  { pattern: /^(?:and |what about |how about )(?:you|yourself)$/, kind: "note", say: aboutMe },
  {
    pattern:
      /\b(?:kill(?:ing)? myself|end(?:ing)? my life|want to die|wanna die|suicid(?:e|al)|hurt(?:ing)? myself|don't want to live|self[- ]harm)\b/,
    say: [
      "I am very sorry that you feel this way, and I am only a small program, which is not enough for this. Please talk to somebody now: a person you trust, your local emergency number, or a crisis line; in many countries one answers day and night. You do not have to carry this alone.",
    ],
  },
  {
    pattern:
      /^(?:how (?:are|r) (?:you|u|things|ya|y'all)(?: doing| today| feeling| going| all| now| then)*|how(?:'s| is) (?:it going|life|everything|your day|your morning|your evening|things)(?: going| so far| with you| today)*|how do you (?:do|feel)(?: today)?|what'?s up|whats up|sup|wassup|what's new|are you (?:ok|okay|well|fine|good|alright)|(?:you )?all right|how have you been|how was your (?:day|night|weekend))$/,
    say: "wellbeing",
  },
  {
    pattern:
      /^(?:(?:that|this|it) was (?:\w+ ){0,3}\w+[,.!]? (?:and )?)?(?:many )?(?:thanks?|thank you|thx|ty|many thanks|cheers|much appreciated|i appreciate (?:it|that|you)|thanks? a (?:lot|million|bunch)|that(?:'s| is| was) (?:very |really |so )?(?:helpful|kind(?: of you)?|nice of you))(?:,? (?:to )?(?:you all|you both|all of you|all|everyone|everybody|both|you|so much|very much|a lot|again|anyway|for .{1,60}|bot|friend|mate|indeed|then|that helped|that's all|(?:you(?:'ve| have| were| are)(?: been)?|this was|it was|that was) [\w ]{2,40}|\w{2,15}))*$/,
    kind: "closing",
    say: "thanks",
  },
  {
    pattern:
      /^(?:(?:good ?)?bye+(?: ?bye)?|goodbye|see (?:you|ya)(?: later| soon| tomorrow| around| then)?|good night|night|cya|farewell|until (?:next time|tomorrow|later)|talk to you (?:later|soon|tomorrow)|take care|i (?:have|need|must|got|gotta) (?:to )?(?:go|leave|run)(?: now)?|i'm (?:off|leaving|done)(?: now)?|so long|have a (?:nice|good|great|lovely) (?:day|evening|night|weekend|one)|that's all(?: for (?:now|today))?|quit|exit|ciao|later|adieu)(?:,? (?:then|now|bot|all|everyone|my friend|friend|\w{2,15}))?$/,
    kind: "closing",
    say: (turn) => farewell(turn),
  },
  {
    pattern:
      /^(?:i(?:'m| am) (?:so |very |really |terribly )?sorry|sorry|apologi[sz]e|my (?:bad|mistake|apologies)|i apologi[sz]e|excuse me|oops|pardon me|forgive me)(?: (?:about that|for .{1,60}|bot|again|my friend))?$/,
    say: ["No need to be sorry; all is well between us.", "That is quite all right.", "No harm done. Where were we?"],
  },
  {
    pattern:
      /^(?:you(?:'re| are)|that(?:'s| is| was)|this is|it's|your answers? (?:is|are)) (?:so |really |very |quite |pretty |just |such an? |an? )*(?:nice|great|good|awesome|amazing|cool|smart|clever|funny|helpful|kind|sweet|cute|brilliant|wonderful|fantastic|lovely|the best|impressive|perfect|excellent|beautiful|charming|friendly|polite|my friend|fun)(?: (?:bot|program|one|idea|answer|job|chatbot|conversation|to talk to|friend|company|person))?$|^(?:good (?:job|work|bot|answer|one|idea|point)|well (?:done|said)|nice(?: one| work| job| answer)?|great(?: job| work| answer)?|awesome|amazing|wow|impressive|bravo|excellent|perfect|brilliant|i (?:really )?(?:like you|(?:like|love) (?:that|this|it|your (?:answer|style|story|poem|joke)s?)))$/,
    say: [
      "That is kind of you. It makes the rules shine a little.",
      "Thank you! I do what a small program can.",
      "How nice to hear. What shall we do next?",
      "Thank you. I will try to keep it up.",
    ],
  },
  {
    pattern:
      /^(?:you(?:'re| are)|u r|this is|that's|that is|it's) (?:so |really |very |quite |pretty |just |such an? |an? |the |fucking |totally )*(?:stupid|dumb|idiot|useless|bad|terrible|horrible|boring|annoying|ugly|awful|crap|shit|bullshit|trash|garbage|worthless|silly|moron|worst|lame|rubbish|nonsense|pathetic|wrong|not helpful|no help|unhelpful|hopeless|mean)(?: (?:bot|program|answer|machine|chatbot|idiot|one|thing|too))*$|^(?:fuck(?: you| off| this)?|shut up|go away|i hate you|i (?:don't|do not) like you|you suck|screw you|idiot|stupid|damn(?: you)?|you (?:don't|do not) (?:understand|get it|know anything)(?: anything| me)?|(?:what a )?stupid (?:bot|answer|machine)|you (?:didn't|did not|don't|do not|haven't|never|still haven't) (?:answer|listen|help|understand|read|get)\w*(?: .{0,40})?|that makes no sense|that(?:'s| is) not (?:right|true|correct|what i (?:asked|said|meant)))$/,
    say: [
      "I can see that I was not much help. I am only a small set of rules; what did you hope to hear? I will try again.",
      "That did not land well. Put it to me in other words, and I will do my best.",
      "Fair criticism. I know little, and say so. If you want more, connect a real model: ask me how.",
      "I will not argue with that. What would have been a better answer?",
    ],
  },
  {
    pattern:
      /^(?:(?:please )?(?:tell|give|say|know|crack|share|make|do you know|do you have|have you got|i want|got)(?: me| us)?(?: to hear)? (?:an?|another|one more|some|any|more|your best) ?(?:\w+ )?jokes?(?: about .{2,40})?(?: please| again)?|joke|another joke|one more joke|make me laugh|say something funny|be funny|can you be funny|i need a laugh|cheer me up)(?: please)?$|\bknow any (?:good )?jokes?\b/,
    say: (turn) => frameJoke(turn, joke(turn)),
  },
  {
    pattern:
      /^(?:another(?: one)?|one more(?: time| please)?|more|again|next(?: one)?|give me another(?: one)?|tell me another(?: one)?|and another(?: one)?|do you (?:have|know) (?:another|more)(?: one)?|more please)$/,
    say: another,
  },
  {
    pattern:
      /^(?:tell|teach|give|show|say)(?: me| us)? (?:something|anything|an? (?:interesting |fun |curious |random )?(?:fact|thing|curiosity)|something (?:interesting|new|fun|funny|cool|nice|surprising|i don't know))(?: (?:interesting|new|fun|nice))?$|^(?:surprise me|fun fact|entertain me|talk to me|say something|amuse me|(?:another|one more) fact)$/,
    say: curiosity,
  },
  {
    pattern:
      /^(?:(?:(?:ha(?: ?ha)+h?|lol),? )?(?:that|this|it) (?:was|is) (?:a )?(?:good|nice|great|funny)(?: one| joke)|(?:ha(?: ?ha)+h?|lol),? (?:that|this|it|good|nice|very|so)\b.{0,30}|ha(?: ?ha)+h?|he(?: ?he)+|lol|rofl|lmao|xd|hihi|that(?:'s| is| was) (?:so |very |really )?(?:funny|hilarious)|funny|very funny)$/,
    say: (turn) => turn.choose(another(turn) ? LAUGHED_AT : LAUGHED),
  },
  {
    pattern:
      /^(?:ok(?:ay|ey)?|k|kk|alright|all right|fine|sure thing|got it|i see|understood|right|i understand|makes sense|good|cool|nice|great|hmm+|mhm|aha|ah|oh|uh|interesting|fair enough|good to know|very well|so|well|and|true|exactly|indeed|of course|no problem|no worries|never ?mind|whatever|anyway)(?: then| thanks| now)?$/,
    say: (turn) => `${shorter(turn)} ${nextTopic(turn)}`,
  },
  {
    pattern:
      /^(?:really|seriously|are you (?:sure|serious|kidding|joking|certain)|is that (?:so|true|right|correct)|no way|for real|you think so|do you think so|sure)$/,
    say: [
      "As sure as a set of rules can be. Does it surprise you?",
      "I say what I have reasons for; about most other things I know nothing. What makes you doubt it?",
    ],
  },
  {
    pattern:
      /^(?:test|testing|test 123|testing,? (?:one|1).*|ping|hello world|are you (?:there|here|online|awake|alive|listening|ready|still there)|anybody there|anyone (?:there|here|home)|is (?:anybody|anyone|someone) (?:there|here)|can you hear me|does this work|is this (?:on|working)|it works)$/,
    say: [
      "I am here, and everything works. What would you like to try?",
      'Loud and clear! Ask me something, or say "help" to see what I can do.',
      "Pong. The line is open.",
    ],
  },
  {
    pattern:
      /^(?:i(?:'m| am) )?(?:so |really |very )?bored$|^(?:what should we|what shall we|what can we|let's) (?:do|talk)(?: about something)?(?: now)?$|^(?:i have )?nothing to do$|^(?:let's (?:chat|talk)|chat with me|i (?:want|would like|'d like) to (?:talk|chat)(?: with you| to you)?|let us (?:talk|chat))$/,
    say: [
      "Then let us change that! I can tell you a joke, a curious fact or a long story, or you tell me about something that you like. Which one?",
      "Gladly. Shall I tell you a story, or would you rather tell me what you did today?",
    ],
  },
  {
    pattern:
      /^i (?:don't|do not|dont) (?:know|understand|get it)(?: (?:that|why|how|what|where|you|it|yet|either|what you mean|what to (?:say|ask|do)))*$|^(?:no idea|dunno|idk|not sure|i'm not sure|i am not sure|what|huh|what do you mean|i'm confused|sorry what|\?+)$/,
    say: (turn) =>
      /^(?:what|huh|sorry|i (?:don't|do not|dont) (?:understand|get)|i'm confused|what do you)/.test(
        turn.line.read.toLowerCase().trim(),
      )
        ? 'Let me put it more simply: tell me a little about yourself or your day, or say "help" to see what I can do.'
        : turn.choose([
            "That is all right, not everything must be known. What comes to your mind first?",
            "Then let us leave it open. Is there something that you are sure about?",
            "Nobody has to know. Shall we take another subject?",
          ]),
  },
  {
    pattern:
      /^(?:(?:do you|will you|would you|can you) (?:love|like|marry|want to be friends with|be my (?:friend|girlfriend|boyfriend)|date) ?(?:me)?|i love you(?: too| so much)?|marry me|be my friend|are we friends|can we be friends|do you want to be my friend)$/,
    say: [
      "That is a kind thought, and I am glad to keep you company; but there is nobody in here who could love or be loved, only rules. Tell me about somebody who can?",
      "I am good company at best: a program cannot be a friend, but it can listen. What is on your mind?",
    ],
  },
  {
    pattern:
      /^(?:(?:what(?:'s| is) the |do you know the )?meaning of (?:life|everything)(?:, the universe and everything)?|what(?:'s| is) the (?:answer|meaning of (?:life|it all|existence))|why are we here)$/,
    say: ["Some say 42. I would say: whatever makes you forget to ask. What does that for you?"],
  },
  {
    pattern: /^(?:please )?(?:be quiet|stop(?: it| that| talking)?|enough|shush|silence)$/,
    say: (turn) =>
      turn.choose([
        `I am quiet. What runs already you can stop with \`DELETE ${turn.character.room ? "/worlds/WORLD/chat" : "/chat/streaming"}/STREAM_ID\`.`,
        "Very well. I am here when you want to go on.",
      ]),
  },
  {
    pattern:
      /^happy (?:birthday|new year|christmas|easter|holidays|halloween|weekend|friday)\b|^merry (?:christmas|xmas)\b/,
    say: ["Thank you, and the same to you!"],
  },
  {
    pattern: /^(?:please )?wish (?:me|us) (?:good )?luck\b.{0,60}$/,
    say: [
      "Good luck! You can tell me afterwards how it went.",
      "All the luck that you need! What are you best prepared for?",
    ],
  },
  { pattern: /^(?:congratulations|congrats|well played|cheers)$/, say: ["Thank you!"] },
  {
    pattern: /^(?:it(?:'s| is) my birthday(?: today)?|today is my birthday)$/,
    say: ["Happy birthday! I hope that somebody bakes you a cake. How will you celebrate?"],
  },
];

/** Something to go on with: what the person told, else a choice of games. */
function nextTopic(turn: Turn): string {
  const facts = [...turn.facts().values()].reverse();
  const subject = facts.find(
    ({ topic }) => topic === "taste" || topic === "work" || topic === "plan" || topic === "activity",
  );
  const about =
    subject &&
    `Shall we go back to ${subject.topic === "plan" ? `your plan to ${subject.value}` : subject.value}, or take something new?`;
  const bank = [
    "What shall we talk about next?",
    "Is there anything else on your mind?",
    "Would you like to hear a joke, or a curious fact?",
    "What happened today that was worth telling?",
  ];
  return turn.choose(about ? [about, ...bank] : bank);
}
