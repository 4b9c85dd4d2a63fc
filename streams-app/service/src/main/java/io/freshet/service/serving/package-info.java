/** The served model: follows snapshots and deltas of the trainer, keeps the search index current, and answers queries while the model changes. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.serving;
