/**
 * What a question is taught as: strategies with their thresholds, decisions with their reasons and
 * how sure they are, and instructions.
 */
package dev.craftstream.model.label;
