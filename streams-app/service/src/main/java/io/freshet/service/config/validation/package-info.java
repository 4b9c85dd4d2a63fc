/** Validators of configuration values. Each error names the rule and the value. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.config.validation;
