package dev.craftstream.embedded.bench;

/**
 * How a client did, over all rounds.
 *
 * @param client its name
 * @param inFlight questions at once
 * @param perSecond questions a second
 * @param perProcessorSecond questions a second of the client's processor time
 * @param ratio the project's questions a second as a multiple of this client's
 * @param processorRatio the same of a second of processor time
 */
public record ClientFigures(
    String client,
    int inFlight,
    Spread perSecond,
    Spread perProcessorSecond,
    Spread ratio,
    Spread processorRatio) {}
