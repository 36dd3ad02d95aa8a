/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/attr.h"
#include "lm/cli/cli.h"
#include "lm/cli/complete/complete.h"

/* clang-format off */
/* bash takes ':' and '=' for ends of words: the words are those of the line, and answers lose what bash has. */
static const char bash[] =
    "# bash completion for lm: source <(lm completion bash)\n"
    "_lm() {\n"
    "\tlocal line=${COMP_LINE:0:COMP_POINT} words last answer IFS=$' \\t\\n'\n"
    "\tread -ra words <<<\"$line\"\n"
    "\tcase $line in *[[:space:]]) words+=('') ;; esac\n"
    "\tlast=${words[${#words[@]} - 1]}\n"
    "\tCOMPREPLY=()\n"
    "\twhile IFS= read -r answer; do\n"
    "\t\tif [ \"$answer\" = :files ]; then\n"
    "\t\t\tcompopt -o default -o bashdefault 2>/dev/null\n"
    "\t\t\treturn\n"
    "\t\tfi\n"
    "\t\tanswer=${answer%%$'\\t'*}\n"
    "\t\tCOMPREPLY+=(\"${answer#\"${last%\"${last##*[:=]}\"}\"}\")\n"
    "\tdone < <(\"${words[0]}\" __complete -- \"${words[@]:1}\" 2>/dev/null)\n"
    "\tcase ${COMPREPLY[0]-} in *=) compopt -o nospace 2>/dev/null ;; esac\n"
    "}\n"
    "complete -F _lm lm\n";

static const char zsh[] =
    "#compdef lm\n"
    "# zsh completion for lm: source <(lm completion zsh), or as _lm in a folder of $fpath\n"
    "_lm() {\n"
    "\tlocal -a answers\n"
    "\tlocal answer word\n"
    "\tfor answer in \"${(@f)$(\"$words[1]\" __complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "\t\t[[ -z $answer ]] && continue\n"
    "\t\tif [[ $answer == :files ]]; then\n"
    "\t\t\t_files\n"
    "\t\t\treturn\n"
    "\t\tfi\n"
    "\t\tword=${answer%%$'\\t'*}\n"
    "\t\tanswers+=(\"${word//:/\\\\:}:${answer#*$'\\t'}\")\n"
    "\tdone\n"
    "\t_describe -V lm answers\n"
    "}\n"
    "if [ \"$funcstack[1]\" = _lm ]; then\n"
    "\t_lm \"$@\"\n"
    "else\n"
    "\tcompdef _lm lm\n"
    "fi\n";

static const char fish[] =
    "# fish completion for lm: lm completion fish | source\n"
    "function __lm_complete\n"
    "\tset -l words (commandline -opc) (commandline -ct)\n"
    "\tset -l answers ($words[1] __complete -- $words[2..-1] 2>/dev/null)\n"
    "\tif test \"$answers[1]\" = :files\n"
    "\t\t__fish_complete_path (commandline -ct)\n"
    "\telse\n"
    "\t\tstring join \\n -- $answers\n"
    "\tend\n"
    "end\n"
    "complete -c lm -f -k -a '(__lm_complete)'\n";
/* clang-format on */

const char *complete_script(const char *shell)
{
	static const struct {
		const char *name, *text;
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; i < LM_COUNT(shells); i++)
		if (strcmp(shells[i].name, shell) == 0)
			return shells[i].text;
	return NULL;
}
