using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Terminal;
using Tonne.Formatting;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne config</c>: each setting, its value and its origin.</summary>
static class ConfigCommand
{
    public static Command Build(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.config/1)" };
        var command = new Command("config", "Show each setting, its value and where it came from. Settings come from tonne.yaml, TONNE_* variables and flags; later wins.") { json };
        command.Subcommands.Add(BuildSet(context));
        command.SetAction(parsed =>
        {
            var settings = Settings.Resolve(new Dictionary<Setting, string?>(), context.GetVariable, context.CurrentDirectory, context.Root);
            if (parsed.GetValue(json))
                WriteJson(context, settings);
            else
                WriteText(context, settings);
            return 0;
        });
        return command;
    }

    static Command BuildSet(CommandContext context)
    {
        var key = new Argument<string>("key") { Description = "The setting", HelpName = "KEY" };
        key.CompletionSources.Add(_ => Setting.All.Select(setting => setting.Key).Concat(FeedSettings.Names).Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        var value = new Argument<string>("value") { Description = "Its value", HelpName = "VALUE" };
        var command = new Command("set", "Write a setting into the user's tonne.yaml.") { key, value };
        command.SetAction(parsed =>
        {
            var (name, text) = (parsed.GetValue(key)!, parsed.GetValue(value)!);
            var setting = Setting.All.FirstOrDefault(setting => setting.Key == name);
            if (setting is null && !FeedSettings.Names.Contains(name, StringComparer.Ordinal))
                throw new InvalidInputException($"there is no setting '{name}'. 'tonne config' lists them.");
            if (setting?.FindProblem(text) is { } problem)
                throw new InvalidInputException($"{name}: {problem}.");
            if (text.Any(char.IsControl))
                throw new InvalidInputException($"{name}: the value has a line end or another control character.");
            // Checks what needs the catalogs: zone and region.
            if (setting is not null)
                _ = Settings.Resolve(new Dictionary<Setting, string?> { [setting] = text }, context.GetVariable, context.CurrentDirectory, context.Root);
            var path = Settings.GetUserFile(context.GetVariable, context.Root);
            SettingsFile.Write(path, name, text);
            context.Out.WriteLine($"{name}: {(name.EndsWith(".key", StringComparison.Ordinal) ? "set" : TextSanitizer.ToOneLine(text))} in {path}");
            return 0;
        });
        return command;
    }

    static void WriteText(CommandContext context, Settings settings)
    {
        var rows = settings.All.Select(given => (given.Setting.Key, Value: FormatValue(given, settings), Origin: TextSanitizer.ToOneLine(given.Origin), given.Setting.Description)).ToList();
        var (keys, values, origins) = (rows.Max(row => row.Key.Length), rows.Max(row => row.Value.Length), rows.Max(row => row.Origin.Length));
        foreach (var row in rows)
            context.Out.WriteLine($"{row.Key.PadRight(keys)}  {row.Value.PadRight(values)}  {row.Origin.PadRight(origins)}  {row.Description}");
        foreach (var (name, given) in settings.Feeds.Given.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            context.Out.WriteLine($"{name.PadRight(keys)}  {FormatFeedValue(name, given.Value).PadRight(values)}  {TextSanitizer.ToOneLine(given.Origin)}");
    }

    static void WriteJson(CommandContext context, Settings settings)
    {
        context.Out.WriteLine(JsonText.Build(writer =>
        {
            writer.WriteString("schema", "tonne.config/1");
            writer.WriteStartArray("settings");
            foreach (var given in settings.All)
            {
                writer.WriteStartObject();
                writer.WriteString("key", given.Setting.Key);
                writer.WriteString("value", given.Setting == Setting.Home ? settings.Home : given.Value);
                writer.WriteString("origin", given.Origin);
                writer.WriteString("variable", given.Setting.Variable);
                writer.WriteString("means", given.Setting.Description);
                writer.WriteEndObject();
            }

            foreach (var (name, given) in settings.Feeds.Given.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                writer.WriteString("key", name);
                writer.WriteString("value", FormatFeedValue(name, given.Value));
                writer.WriteString("origin", given.Origin);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }));
    }

    // A key is a secret.
    static string FormatFeedValue(string name, string value) => name.EndsWith(".key", StringComparison.Ordinal) ? "(set)" : TextSanitizer.ToOneLine(value);

    // A tonne.yaml comes with a repository, so its values are text from outside.
    static string FormatValue(SettingValue given, Settings settings) =>
        TextSanitizer.ToOneLine(given.Setting == Setting.Home ? settings.Home : given.Value ?? "-");
}
