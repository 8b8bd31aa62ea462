/**
 * The prompts: how questions are put to a model, and how they are written for a trainer. Every
 * change of their texts changes their versions.
 */
package dev.craftstream.prompt;
