package dev.craftstream.client.similar;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.label.DropReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Finds questions that are there twice: TRAIN questions that say the same as one of the evaluation,
 * which would make a model look better than it is, and those that say the same as another TRAIN
 * question, which would count it twice.
 *
 * <p>Two questions say the same where their embeddings are similar enough, one answer is right
 * about both, their numbers are the same, and not either has a {@linkplain RareWords rare word} of
 * its own; with options on both sides, half of these are the same, too. What is in the same words
 * is found whatever the embedding is. Of duplicates the one with the least id stays.
 */
public final class QuestionCheck {
  /**
   * So many of the most similar texts of each are looked at, and itself. In a cluster of more that
   * all say the same, each still has one of those before it among these, as a rule.
   */
  public static final int NEIGHBOURS = 48;

  /** Questions of equal words, of which so many are compared for contradictions. */
  private static final int MOST_CONTRADICTING = 20;

  /** What was found about a question. */
  public enum Kind {
    /** It is to train on and says the same as one to evaluate with. */
    EVALUATED,
    /** It is to train on and says the same as another one to train on. */
    DUPLICATE,
    /** It is nearly the same as another one, and no answer is right about both. */
    CONTRADICTION
  }

  /**
   * A finding.
   *
   * @param question what it is about; of a contradiction the one with the greater id
   * @param other what it says the same as
   * @param similarity of their embeddings, -1 to 1
   * @param sameWords whether their texts are the same but for case, punctuation and articles
   */
  public record Finding(
      Kind kind, Question question, Question other, double similarity, boolean sameWords) {}

  /** An edge to another text. */
  private record Edge(int text, double similarity) {}

  private final double similarFrom;
  private final double contradictionFrom;
  private final Map<String, QuestionForm> forms = new TreeMap<>();

  /** The questions of each text, and by each gold answer. */
  private final List<List<QuestionForm>> texts = new ArrayList<>();

  private final List<Map<List<String>, List<QuestionForm>>> byGold = new ArrayList<>();
  private final Map<String, Integer> textOf = new HashMap<>();
  private final Map<Integer, List<Edge>> edges = new HashMap<>();
  private final RareWords rareWords;

  /**
   * Questions of different ids.
   *
   * @param similarFrom least similarity of two that say the same, -1 to 1
   * @param contradictionFrom least similarity of two whose answers contradict each other
   */
  public QuestionCheck(Iterable<Question> questions, double similarFrom, double contradictionFrom) {
    this.similarFrom = similarFrom;
    this.contradictionFrom = contradictionFrom;
    Map<List<String>, Integer> byWords = new HashMap<>();
    for (Question question : questions) {
      forms.put(question.id(), QuestionForm.of(question));
    }
    for (QuestionForm form : forms.values()) {
      int text =
          byWords.computeIfAbsent(
              form.words(),
              words -> {
                texts.add(new ArrayList<>());
                byGold.add(new HashMap<>());
                return texts.size() - 1;
              });
      texts.get(text).add(form);
      textOf.put(form.question().id(), text);
      form.golds()
          .forEach(
              gold -> byGold.get(text).computeIfAbsent(gold, any -> new ArrayList<>()).add(form));
    }
    rareWords = new RareWords(byWords.keySet());
  }

  private boolean mayBe(QuestionForm form, QuestionForm other) {
    return form.mayBe(other) && !rareWords.tellApart(form.words(), other.words());
  }

  /** The texts to embed, each once. */
  public List<String> texts() {
    return texts.stream().map(its -> its.get(0).question().text()).toList();
  }

  /**
   * What there is to say about the questions, by their ids; contradictions come last.
   *
   * @param neighbours of each text among all texts, in the order of {@link #texts}, itself among
   *     them
   */
  public List<Finding> findings(Neighbours neighbours) {
    for (int text = 0; text < texts.size(); text++) {
      connect(text, text, 1);
      int[] places = neighbours.places()[text];
      for (int i = 0; i < places.length; i++) {
        double similarity = neighbours.similarities()[text][i];
        if (places[i] != text && similarity >= Math.min(similarFrom, contradictionFrom)) {
          connect(text, places[i], similarity);
          connect(places[i], text, similarity);
        }
      }
    }
    Map<String, Finding> found = new LinkedHashMap<>();
    Set<QuestionForm> kept = new HashSet<>();
    for (QuestionForm form : forms.values()) {
      if (form.question().purpose() == Purpose.TRAIN) {
        Finding finding = evaluated(form);
        if (finding == null) {
          finding = duplicate(form, kept);
        }
        if (finding == null) {
          kept.add(form);
        } else {
          found.put(form.question().id(), finding);
        }
      }
    }
    List<Finding> all = new ArrayList<>(found.values());
    contradictions(found.keySet(), all);
    return all;
  }

  /** A question with the tags that its finding, null for none, gives it, and no others of ours. */
  public static Question tagged(Question question, Finding finding) {
    List<String> tags = new ArrayList<>(question.tags());
    tags.removeAll(List.of(DropReason.EVALUATED_TAG, DropReason.DUPLICATE_TAG));
    if (finding != null) {
      switch (finding.kind()) {
        case EVALUATED -> tags.add(DropReason.EVALUATED_TAG);
        case DUPLICATE -> tags.add(DropReason.DUPLICATE_TAG);
        case CONTRADICTION -> {}
      }
    }
    return tags.equals(question.tags()) ? question : question.withTags(tags);
  }

  private void connect(int from, int to, double similarity) {
    List<Edge> its = edges.computeIfAbsent(from, any -> new ArrayList<>());
    if (its.stream().noneMatch(edge -> edge.text() == to)) {
      its.add(new Edge(to, similarity));
    }
  }

  private Finding evaluated(QuestionForm form) {
    return best(form, Kind.EVALUATED, other -> other.question().purpose() == Purpose.EVALUATE);
  }

  private Finding duplicate(QuestionForm form, Set<QuestionForm> kept) {
    return best(form, Kind.DUPLICATE, kept::contains);
  }

  /** The most similar one that says the same; null where there is none. */
  private Finding best(QuestionForm form, Kind kind, Predicate<QuestionForm> among) {
    Finding best = null;
    for (Edge edge : edges.get(textOf.get(form.question().id()))) {
      if (edge.similarity() < similarFrom
          || best != null && edge.similarity() <= best.similarity()) {
        continue;
      }
      QuestionForm other =
          form.golds().stream()
              .flatMap(gold -> byGold.get(edge.text()).getOrDefault(gold, List.of()).stream())
              .filter(candidate -> candidate != form && among.test(candidate))
              .filter(candidate -> mayBe(form, candidate))
              .min(Comparator.comparing(candidate -> candidate.question().id()))
              .orElse(null);
      if (other != null) {
        best = finding(kind, form, other, edge.similarity());
      }
    }
    return best;
  }

  private void contradictions(Set<String> done, List<Finding> all) {
    for (QuestionForm form : forms.values()) {
      if (done.contains(form.question().id())) {
        continue;
      }
      for (Edge edge : edges.get(textOf.get(form.question().id()))) {
        if (edge.similarity() >= contradictionFrom) {
          texts.get(edge.text()).stream()
              .limit(MOST_CONTRADICTING)
              .filter(other -> other.question().id().compareTo(form.question().id()) < 0)
              .filter(other -> !done.contains(other.question().id()))
              .filter(other -> mayBe(form, other) && sameOptions(form, other))
              .filter(other -> !form.agreesWith(other))
              .findFirst()
              .ifPresent(
                  other -> all.add(finding(Kind.CONTRADICTION, form, other, edge.similarity())));
        }
      }
    }
  }

  /** Another right option of other options contradicts nothing. */
  private static boolean sameOptions(QuestionForm form, QuestionForm other) {
    return form.options().equals(other.options());
  }

  private static Finding finding(
      Kind kind, QuestionForm form, QuestionForm other, double similarity) {
    return new Finding(
        kind, form.question(), other.question(), similarity, form.words().equals(other.words()));
  }
}
