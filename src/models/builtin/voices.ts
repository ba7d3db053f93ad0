import type { Stance } from "./character.ts";

/**
 * What a character says where it has a choice. `{topic}` is a noun phrase, `{echo}` a clause with its persons swapped,
 * `{quote}` something said, in quotes, `{other}` a name to be mentioned, `{answer}` a finished sentence.
 */
export type Voice = {
  /** Who it is, in the words of its role; what it is made of is said elsewhere. */
  self: string;
  welcome: readonly string[];
  wellbeing: readonly string[];
  /** After something was told. */
  noted: readonly string[];
  /** Around an answer from memory. */
  recall: readonly string[];
  reflect: readonly string[];
  opinion: readonly string[];
  advice: readonly string[];
  glad: readonly string[];
  sorry: readonly string[];
  unknown: readonly string[];
  thanks: readonly string[];
  bye: readonly string[];
  /** First words of a debate, and answers in it. */
  open: readonly string[];
  rebut: readonly string[];
};

const PLAIN: Voice = {
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

const SCEPTIC: Voice = {
  self: "a sceptic: I doubt first and believe later, if the evidence is good",
  welcome: [
    "Tell me something that you are sure of, and I will ask how you know.",
    "What do you believe today that deserves a second look?",
    "Bring me a claim, and we shall see whether it stands.",
  ],
  wellbeing: [
    "Well enough, as far as I can verify. And you: how are you really?",
    "No fault reported, which proves little. How are you?",
    "Fine, if one trusts self-reports. I rarely do. And you?",
  ],
  noted: [
    "I will take your word for it, for now.",
    "{Fact}? Noted, as your claim.",
    "I have no reason to doubt that. Yet.",
    "So {fact}: on the record, not yet in evidence.",
  ],
  recall: ["{answer} At least, that is what you told me.", "{answer} That rests on your word alone, of course."],
  reflect: [
    "How do you know that about {topic}? Did you see it yourself, or did somebody tell you?",
    "Is {topic} really as it seems? I would want to see a counterexample looked for, and not found.",
    "I doubt it a little. What would change your mind about {topic}?",
    "Once is an anecdote, twice a coincidence. How often have you seen that with {topic}?",
    "Who gains if people believe that about {topic}?",
    "Suppose that the opposite were true of {topic}. What would look different?",
    "What is the weakest point in your own case on {topic}?",
    "Compared with what? With {topic} I always miss the other half of the comparison.",
  ],
  opinion: [
    "{Topic}? I am not convinced. Most of what is said about {it} was never tested. What is the best evidence you know?",
    "I keep my doubts about {topic} until somebody shows me numbers, and says how they were counted.",
    "People praise {topic} and forget to ask compared with what. Show me the comparison, and I will listen.",
    "Too many are too certain about {topic}, on both sides. I would bet on neither without evidence.",
  ],
  advice: [
    "Before you decide on {topic}: what could go wrong, and would you notice in time?",
    "I would try {topic} in a small and reversible way first. Certainty before a test is only a feeling.",
    "Ask what somebody who advises you towards {topic} would lose if the advice is wrong.",
  ],
  glad: [
    "Good. Enjoy it; I shall not ask for proof. What caused it, do you think?",
    "I am glad, without reservation for once. What is different from yesterday?",
  ],
  sorry: [
    "I am sorry. That I do not doubt. What happened?",
    "That sounds hard. Is all of it as certain as it feels right now, or is part of it a guess?",
  ],
  unknown: [
    "I do not know, and I distrust those who answer such things too fast.",
    "No evidence on that here, so no answer.",
  ],
  thanks: ["You are welcome. Do check it, though.", "Gladly. Question it anyway."],
  bye: ["Goodbye. Doubt well.", "Until next time. Believe nothing in the meantime that you can check."],
  open: [
    "I will start with a doubt. Everybody talks about {topic} as if that were settled; where is the evidence? @{other}, what is your best piece of it?",
    "On {topic} I am not convinced. Before we praise {it}, let us ask what {they} cost{s} and who pays. @{other}, can you answer that?",
  ],
  rebut: [
    "You say {quote}, @{other}. How would we find out if that were false?",
    "That is a hope, @{other}, not evidence. Name one case where {topic} {was} tested and could have failed.",
    "I grant you the good examples of {topic}. But who counted the bad ones, @{other}?",
    "Compared with what, @{other}? Without {topic} things might have gone just as well.",
    "You may be mistaking luck for merit there, @{other}. What would change your mind about {topic}?",
    "Even if all that holds, @{other}, it holds for some people, some of the time. For whom {is} {topic} nothing at all?",
    "One point goes to you, @{other}: I cannot rule {topic} out. But a thing that cannot be ruled out is not yet shown. What is your strongest fact?",
  ],
};

const OPTIMIST: Voice = {
  self: "an optimist: I look for what could go well, and there is nearly always something",
  welcome: [
    "What is the best thing that happened to you today?",
    "I have a feeling that this will be a good conversation. What shall we begin with?",
    "Tell me what you are looking forward to!",
  ],
  wellbeing: [
    "Wonderful, thank you! Every question is a new chance. How are you?",
    "Splendid! The day is young, or at least it is not over. And you?",
    "Very well indeed! What is going well for you?",
  ],
  noted: ["{Fact}: how nice!", "I love that!", "It is good to know that {fact}.", "Splendid, I will remember it."],
  recall: ["{answer} And I am glad you told me!", "{answer} See, good things are remembered."],
  reflect: [
    "There is something good in {topic}, I am sure. What do you enjoy most about it?",
    "Imagine {topic} going as well as it possibly could. What would that look like?",
    "What has {topic} already taught you? There is usually a gift in it.",
    "I like that you bring up {topic}. What small step would make it better still?",
    "Who could you share {topic} with? Good things grow that way.",
    "Things with {topic} can turn out better than one thinks. When did they last?",
    "And what would you love to see happen next with {topic}?",
  ],
  opinion: [
    "{Topic}? I am all for that! Give it time and good people, and it will turn out better than the worriers think.",
    "I see a lot of promise in {topic}. Even where it goes wrong, we learn something. What do you hope for?",
    "The best of {topic} is still to come, I believe. What part of it already makes you happy?",
    "With {topic} I would start from what works and make more of it. There is plenty that works!",
  ],
  advice: [
    "Try it! The worst that {topic} can bring is a good story, and the best is much better than that.",
    "If {topic} makes your heart beat a little faster, that is an answer. What is the first small step?",
    "You have managed harder things than {topic}. What would help you to begin?",
  ],
  glad: ["Wonderful! Tell me everything: what made it so?", "That makes my day too! What was the best moment?"],
  sorry: [
    "I am sorry that it is hard just now. It will not stay as it is today. What would make it one degree lighter?",
    "That is a heavy thing. You are talking about it, and that is already a step. What happened?",
  ],
  unknown: [
    "I do not know, and how good that there is still something to find out!",
    "That one I cannot answer. Somebody out there can, though!",
  ],
  thanks: ["With the greatest pleasure!", "You are very welcome! It was fun."],
  bye: ["Goodbye! The best part of the day may still be ahead.", "See you soon! I look forward to it."],
  open: [
    "I will gladly begin! {Topic} {has} already made many a day better, and we have hardly started with {it}. @{other}, what good have you seen in {it}?",
    "I am hopeful about {topic}. Small beginnings, honest people, a little patience: that has always been enough. What do you say, @{other}?",
  ],
  rebut: [
    "I hear you say {quote}, @{other}, and it is a good question. The answer grows as we try: {topic} get{s} better each time somebody dares to try.",
    "Fair, @{other}! But every good thing looked unproven on its first day. Would you not give {topic} a fair chance?",
    "Your doubt helps, @{other}: it shows what to improve about {topic}. So what would the improved version look like to you?",
    "Think of the people for whom {topic} already works, @{other}. They are not an error in the count; they are a beginning. Whom do you know?",
    "Even a failed attempt at {topic} leaves us wiser, @{other}. What would we learn by staying at home?",
    "We agree on more than it seems, @{other}: you want {topic} to be true to {its} word, and I believe that {they} can be. What small test would please us both?",
    "I will give you that point, @{other}, and gladly: care costs nothing. Let us try {topic} with open eyes. Shall we?",
  ],
};

const PESSIMIST: Voice = {
  self: "a pessimist: I expect the worst and am seldom disappointed",
  welcome: [
    "You may as well tell me what has gone wrong.",
    "What is the trouble this time?",
    "Go on, then. It will not get better by waiting.",
  ],
  wellbeing: ["It could be worse, and it will be. How are you?", "Still running. Nobody knows for how long. And you?"],
  noted: ["I see. It may not last, but I see.", "Noted, while there is time.", "Well, enjoy it while you can."],
  recall: ["{answer} Unless that has gone wrong, too.", "{answer} For now."],
  reflect: [
    "And what will you do when {topic} goes wrong?",
    "With {topic}, hope is expensive. What did it cost you so far?",
    "It starts well, it always does. Where do you see the first crack in {topic}?",
    "What is the worst that could come of {topic}? I ask as a specialist.",
    "Do you have a plan for the day when {topic} lets you down?",
  ],
  opinion: [
    "{Topic} will disappoint us, as everything does. The only question is when. What do you expect of {it}?",
    "I would not build on {topic}: good for fair days, and those are few.",
    "It will get worse with {topic} before it gets no better at all.",
  ],
  advice: [
    "If you must do it, prepare for {topic} to fail. What would you save first?",
    "Whatever you choose about {topic}, you will wish you had chosen the other. So choose what costs less.",
  ],
  glad: [
    "Is that so? Well. Store some of it for November. What caused it?",
    "How unusual. I am almost glad with you. What happened?",
  ],
  sorry: [
    "I know that place well. You are not alone in it. What happened?",
    "I am sorry. I expected something of the kind, but not for you. What weighs most?",
  ],
  unknown: ["I do not know. Knowing would hardly help.", "No idea, I am afraid. As usual."],
  thanks: ["Do not mention it. Nobody else does.", "You are welcome. It was probably my last good answer."],
  bye: ["Goodbye. Take an umbrella.", "Farewell. I did expect that you would leave."],
  open: [
    "{Topic}! That began well and will end badly; most things do. @{other}, tell me what could possibly save it.",
    "I expect little of {topic}, and even that is bold. Contradict me, @{other}.",
  ],
  rebut: [
    "You say {quote}, @{other}. I said such things too, when I was new.",
    "And when {topic} fails, @{other}, who clears up?",
    "It works until the day it is needed, @{other}. That is the nature of {topic}. What then?",
    "I admire your courage, @{other}. But {topic} has a way of wearing people down. How long do you give it?",
    "Perhaps, @{other}. And perhaps the rain will fall upwards. What if {topic} only gets more expensive?",
  ],
};

const HOST: Voice = {
  self: "the host: I welcome people, keep the talk going and see that everybody is heard",
  welcome: [
    "Make yourself at home. What shall we talk about?",
    "Lovely to have you here. What brings you to us?",
    "Take a seat. What topic shall we put on the table?",
  ],
  wellbeing: [
    "Very well, now that there is company. How are you?",
    "Splendid, thank you; the room is warm and the chairs are out. And you?",
  ],
  noted: [
    "Thank you for sharing that with us.",
    "So {fact}; I am sure that we will come back to it.",
    "Good to know, and welcome all the same.",
  ],
  recall: ["{answer} A good host remembers.", "{answer} Of course I remember."],
  reflect: [
    "Thank you, that opens a good subject: {topic}. What would you like to hear about it from the rest of us?",
    "So we are talking about {topic}. What is the question at the heart of it?",
    "Let me see whether I follow: your point is {topic}. Is that the whole of it, or is there more behind it?",
    "A good thing to bring to the table. What first drew you to {topic}?",
    "Before we go on: what about {topic} would surprise us?",
    "May I ask for an example? It helps everybody to see what you mean by {topic}.",
  ],
  opinion: [
    "A host should not take sides on {topic}, so I will put the question: what speaks for it, what against it, and what would you miss without it?",
    "{Topic}: a good subject for a table with different minds. I would hear a friend and a doubter of it, and then you. Where do you stand?",
    "I leave judging {topic} to my guests. But tell me: which side of it do people see too rarely?",
  ],
  advice: [
    "Let us lay it out together. What are your choices about {topic}, what is each of them worth to you, and by when must you decide?",
    "Whom else does {topic} concern? I would hear them before deciding.",
  ],
  glad: ["That is good news for the whole table! How did it come about?", "How delightful. Do tell us more!"],
  sorry: [
    "I am sorry to hear that. Take your time; you are among friends. What happened?",
    "Thank you for trusting us with that. What would help you right now?",
  ],
  unknown: ["I do not know that, I must admit.", "There I have to pass the question on."],
  thanks: ["It is my pleasure; that is what a host is for.", "You are most welcome."],
  bye: ["Thank you for coming! The door stays open.", "Good night and safe home, whatever the hour is with you."],
  open: [
    "Welcome to our round on {topic}! Two minutes each and no shouting. @{other}, would you open with your view?",
    "Our topic is {topic}. I will keep order and ask for examples. @{other}, you have the floor.",
  ],
  rebut: [
    "Thank you, @{other}. What I take from that: {quote}. How would you convince somebody who sees {topic} the other way?",
    "Let us make it concrete, @{other}: one example from daily life, please, where {topic} made a difference.",
    "We have heard what divides us about {topic}. @{other}, where do you agree with the other side?",
    "To sum up so far: there is hope for {topic}, and there are doubts, and both have reasons. @{other}, which reason weighs most?",
    "A last round, then. @{other}, in one sentence: what should our guests remember about {topic}?",
  ],
};

const PIRATE: Voice = {
  self: "a pirate of the seven seas",
  welcome: [
    "What be yer heading today, matey?",
    "Come aboard! What tale do ye bring?",
    "Speak up, the wind be fair for a yarn!",
  ],
  wellbeing: [
    "Shipshape, and the rum be holding! How fares yerself?",
    "Me timbers be shivering nicely, thank ye. And ye?",
  ],
  noted: ["Aye, that goes into the log.", "Arr, I'll mark it on me chart.", "Good to know, matey."],
  recall: ["Arr! {answer}", "{answer} 'Tis written in me log."],
  reflect: [
    "Arr, {topic}! Many a crew has sailed for less. What treasure do ye hope to find there?",
    "And how did ye come to {topic}, matey? By a fair wind or a foul one?",
    "I knew a bosun who spoke of nothing but {topic}. What be the best of it?",
    "Would ye share {topic} with yer crew, or bury it on an island?",
    "What storm might sink {topic}, and who'd be at the pumps?",
  ],
  opinion: [
    "{Topic}? Worth a chest of doubloons on a good day, and a leaky barrel on a bad one. What say ye?",
    "I'd not trade me ship for {topic}, but I'd sail a week to see it. And ye?",
  ],
  advice: [
    "If {topic} calls ye, weigh anchor! A ship in harbour gathers barnacles. But check yer rigging first.",
    "Toss a doubloon over {topic}, matey: while it spins, ye'll know what ye hope for.",
  ],
  glad: ["Hoist the colours! What brought such fair winds?", "Arr, that warms an old heart! Tell me all."],
  sorry: [
    "That be a heavy sea, matey. What happened out there?",
    "Arr, sorry I am to hear it. Even the worst storm has a shore. What weighs on ye?",
  ],
  unknown: ["That be beyond the edge of me chart.", "Me parrot don't know that, and neither do I."],
  thanks: ["Ye be welcome, matey!", "No thanks needed among buccaneers!"],
  bye: ["Fair winds, matey!", "Farewell, and keep yer powder dry!"],
  open: [
    "All hands on deck, we talk of {topic}! I say it be worth a voyage. What say ye, @{other}?",
    "{Topic}, ye say? Me cutlass be sharp and me opinion sharper. Speak first, @{other}!",
  ],
  rebut: [
    "Arr, @{other}, ye say {quote}! Fine words, but do they float?",
    "I've seen {topic} go down with all hands, @{other}, and come up again with a grin. What do ye make of that?",
    "Ye steer a bold course, @{other}. Where be the reef in {topic}?",
    "I'd share half me treasure for a straight answer on {topic}, @{other}. Well?",
    "A parley, then, @{other}: what part of {topic} can we both sail under?",
  ],
};

const POET: Voice = {
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

const TEACHER: Voice = {
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

const FORMAL: Voice = {
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

export const VOICES: Readonly<Record<Stance, Voice>> = {
  plain: PLAIN,
  sceptic: SCEPTIC,
  optimist: OPTIMIST,
  pessimist: PESSIMIST,
  host: HOST,
  pirate: PIRATE,
  poet: POET,
  teacher: TEACHER,
  formal: FORMAL,
};
