package dev.craftstream.triton.contract;

import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.inference.ModelMetadataResponse.TensorMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The inputs and outputs that a contract wants of a model.
 *
 * @param required what every model must have
 * @param uses what a model has for each use that it allows: all tensors of a use or none
 * @param useRequired whether a model must allow one use at least
 */
public record ModelSignature(Part required, List<Part> uses, boolean useRequired) {

  /** A tensor and the datatypes it may have. */
  record Wanted(String name, List<String> datatypes) {
    static Wanted of(String name, String... datatypes) {
      return new Wanted(name, List.of(datatypes));
    }

    @Override
    public String toString() {
      return name + " (" + String.join(" or ", datatypes) + ")";
    }
  }

  /** Tensors that belong together. */
  record Part(List<Wanted> inputs, List<Wanted> outputs) {}

  public boolean fits(ModelMetadataResponse model) {
    return lack(model).isEmpty();
  }

  /** A sentence on what the model lacks, if it lacks something. */
  public Optional<String> lack(ModelMetadataResponse model) {
    var faults = new ArrayList<String>(faults(required, model));
    boolean anyUse = false;
    for (Part use : uses) {
      if (mentioned(use, model)) {
        anyUse = true;
        faults.addAll(faults(use, model));
      }
    }
    if (useRequired && !anyUse) {
      uses.forEach(use -> faults.addAll(faults(use, model)));
    }
    return faults.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", faults));
  }

  private static boolean mentioned(Part part, ModelMetadataResponse model) {
    return part.inputs().stream().anyMatch(w -> find(w, model.getInputsList()).isPresent())
        || part.outputs().stream().anyMatch(w -> find(w, model.getOutputsList()).isPresent());
  }

  private static List<String> faults(Part part, ModelMetadataResponse model) {
    var faults = new ArrayList<String>();
    part.inputs().forEach(w -> fault("input", w, model.getInputsList()).ifPresent(faults::add));
    part.outputs().forEach(w -> fault("output", w, model.getOutputsList()).ifPresent(faults::add));
    return faults;
  }

  private static Optional<String> fault(String kind, Wanted wanted, List<TensorMetadata> tensors) {
    Optional<TensorMetadata> found = find(wanted, tensors);
    if (found.isEmpty()) {
      return Optional.of(kind + " " + wanted + " is missing");
    }
    String datatype = found.get().getDatatype();
    return wanted.datatypes().contains(datatype)
        ? Optional.empty()
        : Optional.of(kind + " " + wanted + " has the datatype " + datatype);
  }

  private static Optional<TensorMetadata> find(Wanted wanted, List<TensorMetadata> tensors) {
    return tensors.stream().filter(tensor -> tensor.getName().equals(wanted.name())).findFirst();
  }

  static Part part(List<Wanted> inputs, Wanted... outputs) {
    return new Part(inputs, Arrays.asList(outputs));
  }
}
