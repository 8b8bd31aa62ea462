package dev.craftstream.survey;

import dev.craftstream.method.Candidacy;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * The surveys whose datasets take later changes. Kept in broadcast state: each parallel task holds
 * the same, but for those without datasets, which each task forgets when it is through.
 */
final class LiveSurveys {
  static final Comparator<Survey> IN_ORDER =
      Comparator.comparingLong(Survey::modelTime).thenComparing(Survey::id);

  private final BroadcastState<String, Survey> state;
  private final Map<String, Survey> surveys = new LinkedHashMap<>();

  LiveSurveys(OperatorStateStore store) throws Exception {
    state =
        store.getBroadcastState(
            new MapStateDescriptor<>(
                "surveys", TypeInformation.of(String.class), TypeInformation.of(Survey.class)));
    List<Survey> restored = new ArrayList<>();
    for (Map.Entry<String, Survey> entry : state.entries()) {
      restored.add(entry.getValue());
    }
    restored.sort(IN_ORDER);
    restored.forEach(survey -> surveys.put(survey.id(), survey));
  }

  /** Adds a survey; returns whether there was none of its id. */
  boolean add(Survey survey) throws Exception {
    if (surveys.putIfAbsent(survey.id(), survey) != null) {
      return false;
    }
    state.put(survey.id(), survey);
    return true;
  }

  void remove(Survey survey) throws Exception {
    surveys.remove(survey.id());
    state.remove(survey.id());
  }

  /** A copy. */
  List<Survey> all() {
    return List.copyOf(surveys.values());
  }

  /**
   * The datasets, surveyed as far as this question, of which it is a candidate now.
   *
   * @param restingOn those only that rest on the checkpoint announced then; 0 for all
   * @param isAhead whether the survey of that id has still to look at the question of that id
   */
  List<String> candidacies(
      KnowledgeChange question, long restingOn, BiPredicate<String, String> isAhead) {
    List<String> datasets = new ArrayList<>();
    for (Survey survey : surveys.values()) {
      if (isAhead.test(survey.id(), question.questionId())) {
        continue;
      }
      for (Dataset dataset : survey.datasets()) {
        if ((restingOn == 0 || dataset.restsOn(restingOn))
            && Candidacy.of(dataset, question).isPresent()) {
          datasets.add(dataset.id());
        }
      }
    }
    return datasets;
  }
}
