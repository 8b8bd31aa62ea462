package dev.craftstream.knowledge;

import dev.craftstream.model.Cost;

/** What a judge model was asked for since its client was opened. May be asked from any thread. */
public interface JudgeUse {

  /** There is no judge model. */
  JudgeUse NONE =
      new JudgeUse() {
        @Override
        public Cost cost() {
          return Cost.NONE;
        }

        @Override
        public long verdicts() {
          return 0;
        }

        @Override
        public long unreadable() {
          return 0;
        }

        @Override
        public int waiting() {
          return 0;
        }
      };

  /** Requests and tokens; they are no part of what asking a model checkpoint costs. */
  Cost cost();

  /** How many verdicts it gave. */
  long verdicts();

  /** How many of its replies were no verdict. */
  long unreadable();

  /** How many answers wait for their turn to be judged. */
  int waiting();
}
