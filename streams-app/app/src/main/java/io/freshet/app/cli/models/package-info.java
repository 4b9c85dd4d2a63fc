/** Commands on models: list, show, verify, export, prune, roll back, resume and replay. */
@NullMarked
package io.freshet.app.cli.models;

import org.jspecify.annotations.NullMarked;
