/** A story: `{name}` is the listener, `{thing}` what they like or asked for, `{place}` where they live. */
export type Tale = {
  title: string;
  /** What it is about, as it follows "is about". */
  about: string;
  paragraphs: readonly string[];
};

const LAMPLIGHTER: Tale = {
  title: "The Lamplighter of Harrow Quay",
  about:
    "a lamplighter who asked nobody for anything, until a ship was on the wrong side of the rocks and a whole town had to bring its lights",
  paragraphs: [
    "In the harbour town of Harrow Quay there were ninety-nine lamps and one lamplighter. Her name was Nell Orrin, and every evening, when the gulls went quiet, she walked the same way with the same ladder: down Rope Street, along the fish market, out to the end of the long stone pier and back. She knew each lamp as one knows neighbours. Number twelve smoked. Number forty needed a knock. Number ninety-nine, at the very end of the pier, went out whenever the wind came from the north, and then it had to be lit again, however late it was.",
    "People thought that Nell had a lonely trade. She did not think so. A lamplighter sees the town when it takes off its hat: the baker who sings when he believes that nobody is about, the judge who feeds the cats, the two sisters who have not spoken for nine years and who both look out of the window at the same hour, each to see whether the other has light. Nell kept these things to herself. She had a small book in which she wrote down one sentence each night, and never more than one.",
    "One night in November, number ninety-nine went out, and when Nell came to the end of the pier somebody was sitting below it. It was a traveller with a wet coat and a case that was too large for one person. “I was told that a boat leaves from here,” the traveller said. “From here leaves nothing,” said Nell, setting up her ladder. “The ships go from the other side. What is your name?” “{name},” said the traveller, “and I come from {place}, and it is possible that I have lost my way on purpose.”",
    "Nell lit the lamp. In its light she saw that the case was covered with labels, and that on each of them stood the same words, each time in a different hand: {thing}. “What is in it?” she asked. {name} looked at the sea for a while. “I have been collecting,” the traveller said. “Wherever I come, I ask people what they know about {thing}. Most of them say that they know nothing, and then they talk for an hour. I write it down. It has grown heavy.”",
    "Now Nell was not a curious woman, but she was a tired one, and there is a kind of tiredness that wants nothing so much as a story. She sat down on the lowest rung of her ladder. “Read me one,” she said, “and I will show you the way.” So {name} opened the case, in which there were hundreds of folded sheets, and took one from the middle without looking; and it told of a woman in a mountain village who had taught her goats to come at the sound of a certain song, and who had then lost her voice, and who had learned to whistle with eighty years because the goats were waiting.",
    "When it was over, neither of them said anything. The wind had turned. Out on the water a bell rang, once, and then again, and it was not a bell that belonged to the town. Nell stood up. She knew every sound of that harbour as she knew her lamps. “That is a ship,” she said, “and it is on the wrong side of the rocks.” Nobody sails there who knows the coast. Nobody sails there at night at all. And the only lamp that they could see from there was number ninety-nine, behind which they must believe an open channel to be.",
    "“Put it out,” said {name}. “Then they see nothing and will stop.” “They will not stop,” said Nell. “The current does not stop.” She thought of her ninety-eight other lamps, all of them lit, all of them in the right places and of no use to anybody. And then she thought of the baker, and the judge, and the two sisters. “Can you run?” she asked. “With the case? No.” “Then without the case.”",
    "They ran. Nell hammered at the doors of Rope Street, and she called no name and gave no reason; she only cried: “Bring your light!” And because it was Nell, who in thirty years had never asked anyone for anything, they brought it. The baker came with the lantern from his oven room, the judge with a silver candlestick, the sisters each with a lamp from her own window, out of two doors and down the same stairs. In a quarter of an hour there were two hundred people on the rocks of the western shore, in their nightshirts, in a long and crooked line, and every one of them held up a light.",
    "From the sea it must have looked as though the coast had stood up. The bell rang wildly; then the dark shape turned, slowly, as large things turn, so near that one could hear the ropes; and it slid along the line of lights as a finger slides along the line of a page, past the baker, past the judge, past the sisters, who were holding each other by the sleeve, and out through the one deep gap that there is, into open water. Somebody laughed. Somebody else began to weep. And then all of Harrow Quay stood there in its nightshirt and did not know where to look.",
    "It was {name} who broke the silence. The traveller climbed upon a rock and said: “While we are all awake: is there anybody here who knows something about {thing}?” There was a pause. “I know nothing about that,” said the baker, “but my grandfather used to say …” And he talked for an hour. After him talked the judge, and after the judge a child, and then both sisters at the same time, correcting each other in every second sentence as if nine years had been an afternoon. They made tea. They burned the broken fence of the harbour office. When the morning came, grey and then golden, they were still there.",
    "The traveller left with the noon ship, from the proper side. The case stayed behind on the pier; it had become too heavy, {name} said, and besides it was now known where it could be added to. Nell put it into the small room below lamp number ninety-nine, where it stands to this day, and anyone who comes may take out a sheet and must put one in. The sisters see to it that it is dry.",
    "That night Nell Orrin lit her lamps as always: down Rope Street, along the fish market, out to the end of the long stone pier. The wind came from the north, and number ninety-nine went out, and she climbed up and lit it again. Then she took out her book. She thought for a long time, for there was much that could have been said. And then she wrote, for the first and only time, two sentences. “Tonight I asked,” she wrote. “They came.”",
  ],
};

const CLOCKMAKER: Tale = {
  title: "The Clock That Waited",
  about:
    "a clockmaker who was never late, and a clock that only moved while people took time for what they had always meant to think about",
  paragraphs: [
    "There was once a clockmaker called Ambrose Tull who could not bear to be late, and who had therefore never gone anywhere. His shop stood at the corner of two streets in a town with seven bells, and every one of those bells was set by the great clock in his window. If Ambrose had sneezed at the wrong moment, the whole town would have had its lunch too early. He knew this, and it made him a careful man.",
    "In the back of the shop, behind a curtain, he had one clock that he showed to nobody. He had inherited it from his aunt Philippa together with a letter. The clock was as tall as a child and made of dark wood, and it had a single hand, and the hand did not move. “Do not repair it,” said the letter. “It is not broken. It is waiting. You will know when it begins.” Ambrose had opened the case a hundred times. Everything in it was in order. It simply did not go.",
    "On a Tuesday in spring the shop door opened and a customer came in who looked at everything twice. “I am {name},” said the customer, “from {place}. I should like to buy an hour.” “You mean a watch,” said Ambrose. “No, an hour. I have been in a hurry all my life, you see, and somewhere I must have lost one. I noticed it last year. I had everything that I wanted to do, and all of it was done, and there was an hour missing in it: the one in which I had meant to sit down and think about {thing}.”",
    "Ambrose was about to say that he did not sell such things, when from behind the curtain there came a sound. It was a small, dry, polite sound, like that of a person who clears the throat before speaking. Tick. They both stood quite still. Then it came again. Ambrose drew back the curtain with a hand that was not altogether steady, and there stood his aunt's clock, and its one hand had moved by the breadth of a hair.",
    "“What did you say last?” he whispered. “That I had meant to think about {thing},” said {name}, and the clock said: tick. “Say something else.” “I should like a pound of nails.” The clock said nothing. “I have left my umbrella in the coach.” Nothing. “When I was small,” said {name} slowly, “there was an afternoon on which I believed that {thing} was the most important matter in the world. I told everybody. And then it was time for supper.” Tick, said the clock; tick, tick, tick.",
    "So they sat down before it, on two stools, and {name} talked. It was not a story with a beginning and an end. It was more like the unpacking of a box that has been tied up for long: one thing drew out another. The hand crept on. Ambrose forgot to wind the great clock in the window. Outside a bell should have rung for noon, and did not ring, and the baker looked up, and the schoolmistress looked up, and the children, who had been looking up all the time, put down their pens.",
    "By what should have been two o'clock there was a crowd before the shop. They had come to complain. A town without bells does not know whether it is hungry. But when they looked through the window they saw the clockmaker, who had never in his life sat down during the day, sitting on a stool with his chin in his hands like a boy; and they saw the stranger talking, and the strange clock going; and one by one they came in on tiptoe and sat on the floor.",
    "The schoolmistress was the first to speak. “I, too, had something that I meant to think about,” she said, and she told them what it was, and it concerned the colour of a certain river. Tick, said the clock. The baker had once invented a tune and never learned how it went on. The old sexton had all his life wished to know what the birds say to each other at five in the morning, and had always had to ring the bell just then. Tick, tick, tick. Nobody looked at a watch. There was none that went.",
    "At last the single hand had gone once around and stood where it had begun. It was evening; the light lay long and red upon the floor. The clock gave one deep stroke that none of them ever forgot, and its little door sprang open, and inside, where Ambrose had looked a hundred times and seen nothing but wheels, lay a folded paper in his aunt's handwriting. “There,” it said. “That was the hour. I lost it, too, when I was young, and it took me forty years to build a clock that would wait for it. Pass it on.”",
    "{name} read it and laughed, and looked all at once like somebody who has slept well. “What do I owe you?” “I have no idea,” said Ambrose truthfully. “I believe that I owe you one.” Then he noticed the silence, and ran to the window, and saw that his great clock had stopped at eleven minutes to twelve, and that the seven bells of the town hung as still as pears. For the first time since he had opened the shop, the time was wrong. He waited for the horror that he had always expected of this moment. It did not come.",
    "He set the clock again, of course. The bells rang, the soup was eaten late, and there was a great deal of talk. But from then on it was the custom in that town that on one Tuesday in spring the clockmaker stops the clock at eleven minutes to twelve, and for an hour, or for what they take to be an hour, nobody is late for anything. They sit upon the steps in the sun and think about what they had meant to think about. Visitors find it impractical. They usually stay.",
    "As for {name}, a postcard arrived every year. There was never much on it. “Have been thinking about {thing} again,” it said, or: “Still not finished. How good that is.” Ambrose pinned the cards to the wall behind the curtain, around the dark clock with the single hand. He never repaired it. It was not broken; it was waiting. And when the door of his shop opened, and somebody came in who looked as though something were missing, he would put aside his glass and his little tools, and bring out the second stool.",
  ],
};

/** Of two paragraphs. */
export const SHORT_TALES: readonly Tale[] = [
  {
    title: "The Borrowed Umbrella",
    about: "an umbrella that goes from hand to hand, and comes back with a note",
    paragraphs: [
      "On a rainy evening {name} found an umbrella in the tram, and on its handle a note: “Please take me along, and leave me where somebody needs me.” So {name} carried it home, dry, and left it the next day at the door of a neighbour who never spoke to anyone.",
      "It came back after three weeks, with a second note. “It has been to a wedding,” it said, “and to a football match, and it was there when two people talked about {thing} for so long that they missed the last bus. It thought that you should know.” {name} read it twice, opened the window, and saw that it had begun to rain.",
    ],
  },
  {
    title: "The Last Page",
    about: "a library book without an ending, for which every reader writes one",
    paragraphs: [
      "In the library of a small town there was a book whose last page was missing. Everybody who borrowed it wrote an ending and put it in, and so it had by now a hundred and four. In most of them somebody came home. In one there was only a drawing of {thing}.",
      "When {name} borrowed it, the librarian said: “You need not write one, you know.” {name} kept the book for a whole winter and brought it back in spring without an added word. But in the margin of the page before the last stood, in pencil and very small: “Wait. It is not over yet.” It is still the ending that is liked best.",
    ],
  },
  {
    title: "The Lighthouse Cat",
    about: "a cat who believed that she turned the light, and the night on which she really did",
    paragraphs: [
      "The cat of the lighthouse believed that she was the one who turned the light. Each evening she walked once around the lamp, and each evening it began to turn. The keeper, whose name was {name}, knew better and said nothing.",
      "Then came a night when the motor failed. The keeper sat down with a lantern in despair; the cat looked at the dark lamp, sighed, and began to walk, round and round, until the sun rose; and {name} walked behind her with the lantern. Not a ship was lost. Since then they have shared the work, and in the evenings they talk about {thing}.",
    ],
  },
];

/** Of some 900 words each. */
export const LONG_TALES: readonly Tale[] = [LAMPLIGHTER, CLOCKMAKER];
