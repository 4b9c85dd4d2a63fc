/** The served model: follows snapshots and deltas of the trainer, keeps the search index current, and answers queries while the model changes. */
@NullMarked
package io.freshet.service.serving;

import org.jspecify.annotations.NullMarked;
