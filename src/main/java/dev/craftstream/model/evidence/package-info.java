/**
 * What a measurement rests on: how a model was asked, and what it answered, before anything was
 * made of it. It travels from the client to the output, and is never state.
 */
package dev.craftstream.model.evidence;
