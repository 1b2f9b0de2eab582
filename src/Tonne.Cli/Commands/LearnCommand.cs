using System.CommandLine;
using Tonne.Cli.Terminal;
using Tonne.Reporting.Teaching;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne learn RUN</c>: three questions made from that run, with an explanation of each right answer.</summary>
static class LearnCommand
{
    public static Command Build(CommandContext context)
    {
        var run = ShowCommand.CreateRunArgument();
        var answers = new Option<bool>("--answers") { Description = "Print the answers with the questions instead of asking" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.quiz/1)" };
        var command = new Command("learn", "Answer three questions made from the figures of a run.") { run, answers, json };
        command.SetAction(parsed =>
        {
            var entry = LedgerSession.Open(context).Load(parsed.GetValue(run)!);
            var quiz = Quiz.Create(entry.Record, entry.Account());
            if (parsed.GetValue(json))
                WriteJson(context, entry.Record.Opening.Id, quiz);
            else if (parsed.GetValue(answers) || !context.IsOutTerminal || Console.IsInputRedirected)
                Print(context, quiz);
            else
                Ask(context, quiz);
            return 0;
        });
        return command;
    }

    static void Print(CommandContext context, IReadOnlyList<Quiz.Item> quiz)
    {
        var text = new WrappedTextWriter(context);
        for (var i = 0; i < quiz.Count; i++)
        {
            Question(text, quiz[i], i);
            text.WriteLabelled($"   {Letter(quiz[i].CorrectOption)} is right. ", quiz[i].Reason, "32");
            text.WriteBlankLine();
        }
    }

    static void Ask(CommandContext context, IReadOnlyList<Quiz.Item> quiz)
    {
        var text = new WrappedTextWriter(context);
        var right = 0;
        for (var i = 0; i < quiz.Count; i++)
        {
            Question(text, quiz[i], i);
            context.Out.Write("   your answer: ");
            context.Out.Flush();
            if (Console.ReadLine() is not { } line)
                break;
            var answer = line.Trim().ToLowerInvariant();
            var isRight = answer.Length == 1 && answer[0] - 'a' == quiz[i].CorrectOption;
            right += isRight ? 1 : 0;
            text.WriteLabelled(isRight ? "   Right. " : $"   No: {Letter(quiz[i].CorrectOption)}. ", quiz[i].Reason, isRight ? "32" : "33");
            text.WriteBlankLine();
        }

        context.Out.WriteLine($"{right} of {quiz.Count} right.");
    }

    static void Question(WrappedTextWriter text, Quiz.Item item, int index)
    {
        text.WriteLabelled($"{index + 1}. ", item.Question, "1");
        for (var option = 0; option < item.Options.Length; option++)
            text.WriteLabelled($"   {Letter(option)}) ", item.Options[option]);
    }

    static char Letter(int option) => (char)('a' + option);

    static void WriteJson(CommandContext context, string id, IReadOnlyList<Quiz.Item> quiz) => context.Out.WriteLine(JsonText.Build(writer =>
    {
        writer.WriteString("schema", "tonne.quiz/1");
        writer.WriteString("id", id);
        writer.WriteStartArray("questions");
        foreach (var item in quiz)
        {
            writer.WriteStartObject();
            writer.WriteString("question", item.Question);
            writer.WriteStartArray("options");
            foreach (var option in item.Options)
                writer.WriteStringValue(option);
            writer.WriteEndArray();
            writer.WriteNumber("right", item.CorrectOption);
            writer.WriteString("reason", item.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));
}
