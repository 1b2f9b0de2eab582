namespace Tonne.Cli.Commands.Help;

/// <summary>Several options on one line of the help.</summary>
/// <param name="Names">Names of the options; the line stands where the first of them would.</param>
/// <param name="Term">How they are typed.</param>
/// <param name="Text">What they do.</param>
sealed record OptionLine(IReadOnlyList<string> Names, string Term, string Text);
