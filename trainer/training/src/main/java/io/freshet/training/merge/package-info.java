/** Merges what several learners have learned in parallel from one common model. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.merge;
