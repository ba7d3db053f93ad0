import type { Voice } from "./voice.ts";

export const pirate: Voice = {
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
