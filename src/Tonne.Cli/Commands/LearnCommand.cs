using System.CommandLine;
using Tonne.Cli.Terminal;
using Tonne.Reporting.Teaching;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne learn RUN</c>: three questions made from that run, and what is right about the right answers.</summary>
static class LearnCommand
{
    public static Command Build(Surroundings around)
    {
        var run = ShowCommand.Run();
        var answers = new Option<bool>("--answers") { Description = "Print the answers with the questions instead of asking" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.quiz/1)" };
        var command = new Command("learn", "Three questions made from a run's own numbers; on a terminal they are asked.") { run, answers, json };
        command.SetAction(parsed =>
        {
            var entry = LedgerDesk.Open(around).Load(parsed.GetValue(run)!);
            var quiz = Quiz.Of(entry.Record, entry.Account());
            if (parsed.GetValue(json))
                WriteJson(around, entry.Record.Opening.Id, quiz);
            else if (parsed.GetValue(answers) || !around.OutTerminal || Console.IsInputRedirected)
                Print(around, quiz);
            else
                Ask(around, quiz);
            return 0;
        });
        return command;
    }

    static void Print(Surroundings around, IReadOnlyList<Quiz.Item> quiz)
    {
        var text = new WrappedText(around);
        for (var i = 0; i < quiz.Count; i++)
        {
            Question(text, quiz[i], i);
            text.Labelled($"   {Letter(quiz[i].Right)} is right. ", quiz[i].Reason, "32");
            text.Blank();
        }
    }

    static void Ask(Surroundings around, IReadOnlyList<Quiz.Item> quiz)
    {
        var text = new WrappedText(around);
        var right = 0;
        for (var i = 0; i < quiz.Count; i++)
        {
            Question(text, quiz[i], i);
            around.Out.Write("   your answer: ");
            around.Out.Flush();
            if (Console.ReadLine() is not { } line)
                break;
            var answer = line.Trim().ToLowerInvariant();
            var isRight = answer.Length == 1 && answer[0] - 'a' == quiz[i].Right;
            right += isRight ? 1 : 0;
            text.Labelled(isRight ? "   Right. " : $"   No: {Letter(quiz[i].Right)}. ", quiz[i].Reason, isRight ? "32" : "33");
            text.Blank();
        }

        around.Out.WriteLine($"{right} of {quiz.Count} right.");
    }

    static void Question(WrappedText text, Quiz.Item item, int index)
    {
        text.Labelled($"{index + 1}. ", item.Question, "1");
        for (var option = 0; option < item.Options.Length; option++)
            text.Labelled($"   {Letter(option)}) ", item.Options[option]);
    }

    static char Letter(int option) => (char)('a' + option);

    static void WriteJson(Surroundings around, string id, IReadOnlyList<Quiz.Item> quiz) => around.Out.WriteLine(JsonText.Of(writer =>
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
            writer.WriteNumber("right", item.Right);
            writer.WriteString("reason", item.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));
}
