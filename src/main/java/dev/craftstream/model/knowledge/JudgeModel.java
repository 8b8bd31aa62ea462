package dev.craftstream.model.knowledge;

import java.io.Serializable;

/**
 * Who said whether answers are right, where {@link CorrectnessRule#JUDGE} is the rule. Two that are
 * not equal are two rules: figures of the one can't be compared with those of the other.
 *
 * @param modelName name of the model on the servers
 * @param modelVersion its version; empty for the servers' own choice
 * @param promptVersion names what it is asked, and how its reply is read
 */
public record JudgeModel(String modelName, String modelVersion, String promptVersion)
    implements Serializable {

  /** As people read it, such as "llama version 2 with the prompt judge-1a2b3c4d". */
  public String shown() {
    return modelName
        + (modelVersion.isEmpty() ? "" : " version " + modelVersion)
        + " with the prompt "
        + promptVersion;
  }
}
