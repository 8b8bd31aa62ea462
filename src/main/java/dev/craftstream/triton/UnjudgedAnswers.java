package dev.craftstream.triton;

import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.evidence.JudgeReply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers whose judge model could not be asked to the end, with the replies that it gave: where the
 * question is asked again, only the rest is. So a judge that is down costs no request to the model.
 * Bounded; of more the oldest are forgotten, and their questions are asked anew.
 */
final class UnjudgedAnswers {
  private final Map<Key, Round> rounds;

  /** Another content of a question, or another checkpoint or serving, is another request. */
  record Key(Question question, int questionVersion, ModelCheckpoint checkpoint) {}

  /**
   * An answer that is being judged.
   *
   * @param replies the judge's so far, by text
   */
  record Round(Answered answered, Map<String, JudgeReply> replies) {
    static Round begun(Answered answered) {
      return new Round(answered, new ConcurrentHashMap<>());
    }
  }

  /**
   * @param most how many are kept at most
   */
  UnjudgedAnswers(int most) {
    rounds =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Round> eldest) {
            return size() > most;
          }
        };
  }

  synchronized void keep(Key key, Round round) {
    rounds.put(key, round);
  }

  /** Gives it away; null where there is none. */
  synchronized Round take(Key key) {
    return rounds.remove(key);
  }
}
