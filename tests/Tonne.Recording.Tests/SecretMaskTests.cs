namespace Tonne.Recording.Tests;

public class SecretMaskTests
{
    [Theory]
    [InlineData("--api-key=abc123", "--api-key=***")]
    [InlineData("--api_key=abc123", "--api_key=***")]
    [InlineData("--hf_token=abc", "--hf_token=***")]
    [InlineData("--password=a=b", "--password=***")]
    [InlineData("-token=abc", "-token=***")]
    [InlineData("WANDB_API_KEY=abc", "WANDB_API_KEY=***")]
    [InlineData("AWS_SECRET_ACCESS_KEY=abc", "AWS_SECRET_ACCESS_KEY=***")]
    [InlineData("trainer.logger.api_key=abc", "trainer.logger.api_key=***")]
    [InlineData("Authorization: Bearer abc.def", "Authorization: Bearer ***")]
    [InlineData("Authorization: Basic dXNlcjpw", "Authorization: Basic ***")]
    [InlineData("X-Api-Key: abc", "X-Api-Key: ***")]
    [InlineData("X-Api-Key:abc", "X-Api-Key:***")]
    [InlineData("https://user:pass@example.org/x", "https://***@example.org/x")]
    [InlineData("postgres://u:p@db:5432/x", "postgres://***@db:5432/x")]
    [InlineData("https://x.org/a?id=3&api_key=abc&page=2", "https://x.org/a?id=3&api_key=***&page=2")]
    [InlineData("https://b.blob.core/x?sv=1&sig=abc%3D", "https://b.blob.core/x?sv=1&sig=***")]
    [InlineData("hf_abcdefghijklmnopqrstuvwxyz", "***")]
    [InlineData("python train.py --token abc --lr 1", "python train.py --token *** --lr 1")]
    [InlineData("curl -H 'Authorization: Bearer abc' x", "curl -H 'Authorization: Bearer ***' x")]
    [InlineData("export HF_TOKEN=abc; python x.py", "export HF_TOKEN=*** python x.py")]
    [InlineData("Authorization: token abc", "Authorization: token ***")]
    [InlineData("Authorization:Basic abc", "Authorization:Basic ***")]
    [InlineData("Authorization: Digest username=\"u\", response=\"abc\"", "Authorization: Digest ***")]
    [InlineData("Proxy-Authorization: Basic abc", "Proxy-Authorization: Basic ***")]
    [InlineData("Cookie: a=abc; b=def", "Cookie: ***")]
    [InlineData("--header=Authorization: Own abc def", "--header=Authorization: ***")]
    [InlineData("-HAuthorization: Bearer abc", "-HAuthorization: Bearer ***")]
    [InlineData("curl -H 'Cookie: a=abc; b=def' -o x", "curl -H 'Cookie: ***' -o x")]
    [InlineData("curl -H \"Authorization: token abc\" -o x", "curl -H \"Authorization: token ***\" -o x")]
    [InlineData("curl -H X-Api-Key:abc -o x", "curl -H X-Api-Key:*** -o x")]
    [InlineData("{\"password\": \"abc\"}", "{\"password\": \"***\"}")]
    [InlineData("{\"password\" : \"a b\\\"c\", \"lr\": 3}", "{\"password\" : \"***\", \"lr\": 3}")]
    [InlineData("{\"api_key\": \"abc\", \"lr\": 3}", "{\"api_key\": \"***\", \"lr\": 3}")]
    [InlineData("{'token': 'abc', 'lr': 3}", "{'token': '***', 'lr': 3}")]
    [InlineData("{\"auth\":{\"clientSecret\":\"abc\"}}", "{\"auth\":***")]
    [InlineData("{\\\"password\\\": \\\"abc\\\", \\\"lr\\\": 3}", "{\\\"password\\\": \\\"***\\\", \\\"lr\\\": 3}")]
    [InlineData("{'Authorization': 'Bearer abc'}", "{'Authorization': 'Bearer ***'}")]
    [InlineData("PGPASSWORD=abc", "PGPASSWORD=***")]
    [InlineData("MYSQL_PWD=abc", "MYSQL_PWD=***")]
    [InlineData("SLACK_TOKEN=abc", "SLACK_TOKEN=***")]
    [InlineData("PASSWORD=abc def", "PASSWORD=***")]
    [InlineData("--password=abc def", "--password=***")]
    [InlineData("cd x; PGPASSWORD=abc psql -h db", "cd x; PGPASSWORD=*** psql -h db")]
    [InlineData("env AWS_SECRET_ACCESS_KEY=abc aws s3 ls", "env AWS_SECRET_ACCESS_KEY=*** aws s3 ls")]
    [InlineData("env PASSWORD='a b' run --lr 1", "env PASSWORD='***' run --lr 1")]
    [InlineData("env PASSWORD='a'\"'\"'b' run", "env PASSWORD='***' run")]
    [InlineData("Server=h;Password=abc;Database=d", "Server=h;Password=***;Database=d")]
    [InlineData("Server=h;Password=a b;Database=d", "Server=h;Password=***;Database=d")]
    [InlineData("Server=h;User=sa;Pwd=abc", "Server=h;User=sa;Pwd=***")]
    [InlineData("Server=h;Password= abc;", "Server=h;Password= ***;")]
    [InlineData("AccountName=a;AccountKey=abc==;EndpointSuffix=x", "AccountName=a;AccountKey=***;EndpointSuffix=x")]
    [InlineData("Endpoint=sb://x/;SharedAccessKey=abc=", "Endpoint=sb://x/;SharedAccessKey=***")]
    [InlineData("host = h password = abc", "host = h password = ***")]
    [InlineData("-Dpassword=abc", "-Dpassword=***")]
    [InlineData("-Dtoken=abc", "-Dtoken=***")]
    [InlineData("-Dspring.datasource.password=abc", "-Dspring.datasource.password=***")]
    [InlineData("/p:Password=abc", "/p:Password=***")]
    [InlineData("spark.x.secret.key=abc", "spark.x.secret.key=***")]
    [InlineData("--set=a=b,db.password=abc", "--set=a=b,db.password=***")]
    [InlineData("--signing-key=abc", "--signing-key=***")]
    [InlineData("--encryption-key=abc", "--encryption-key=***")]
    [InlineData("run --wandb-key abc --lr 1", "run --wandb-key *** --lr 1")]
    [InlineData("run --password 'a b' --lr 1", "run --password '***' --lr 1")]
    [InlineData("curl -u user:abc https://x", "curl -u user:*** https://x")]
    [InlineData("curl -sSu 'user:a b' https://x", "curl -sSu 'user:***' https://x")]
    [InlineData("/usr/bin/curl --user user:abc x", "/usr/bin/curl --user user:*** x")]
    [InlineData("curl --user=user:abc x", "curl --user=user:*** x")]
    [InlineData("curl -uuser:abc x", "curl -uuser:*** x")]
    [InlineData("wget --proxy-user user:abc x", "wget --proxy-user user:*** x")]
    [InlineData("sshpass -p abc ssh -p 22 h", "sshpass -p *** ssh -p 22 h")]
    [InlineData("sshpass -pabc ssh h", "sshpass -p*** ssh h")]
    [InlineData("mysql -u root -pabc db", "mysql -u root -p*** db")]
    [InlineData("cd x && mysqldump -pabc db", "cd x && mysqldump -p*** db")]
    [InlineData("redis-cli -a abc ping", "redis-cli -a *** ping")]
    [InlineData("docker login -u me -p abc", "docker login -u me -p ***")]
    [InlineData("wandb login 0123456789abcdef0123456789abcdef01234567", "wandb login ***")]
    [InlineData("pip x && wandb login --relogin 0123456789abcdef0123456789abcdef01234567 && python x.py", "pip x && wandb login --relogin *** && python x.py")]
    [InlineData("aws configure set aws_secret_access_key abc", "aws configure set aws_secret_access_key ***")]
    [InlineData("https://x/cb#id_token=abc&state=1", "https://x/cb#id_token=***&state=1")]
    [InlineData("https://x/cb?code=abc&page=1", "https://x/cb?code=***&page=1")]
    [InlineData("https://x/cb?access_token=abc", "https://x/cb?access_token=***")]
    [InlineData("user=u&password=abc&page=1", "user=u&password=***&page=1")]
    [InlineData("https://u:p@ss@example.org/x", "https://***@example.org/x")]
    public void A_secret_is_replaced(string argument, string expected)
    {
        Assert.Equal([expected], SecretMask.Mask([argument]));
        Assert.Equal([expected], SecretMask.Mask([expected]));
    }

    [Theory]
    [InlineData("--tokens=300e9")]
    [InlineData("--max-tokens=512")]
    [InlineData("--pad-token-id=2")]
    [InlineData("--eos-token=</s>")]
    [InlineData("--tokenizer=bpe")]
    [InlineData("--keys=a,b")]
    [InlineData("--author=x")]
    [InlineData("--passes=3")]
    [InlineData("--lr=1e-3")]
    [InlineData("https://example.org/a?b=c#d")]
    [InlineData("git@github.com:x/y.git")]
    [InlineData("epoch: 3")]
    [InlineData("C:\\data\\x")]
    [InlineData("sk-learn")]
    [InlineData("")]
    [InlineData("--token-limit=5")]
    [InlineData("--max-tokens=300")]
    [InlineData("--key-size=4")]
    [InlineData("--sort-key=a")]
    [InlineData("--user-agent=x")]
    [InlineData("EOS_TOKEN=</s>")]
    [InlineData("maxTokens=3")]
    [InlineData("TOKEN= python x.py")]
    [InlineData("sort -u a:b")]
    [InlineData("python -u train.py:main")]
    [InlineData("ssh -p 22 h")]
    [InlineData("docker run -p 8080:80 -u 1000:1000 x")]
    [InlineData("docker run --user 1000:1000 x")]
    [InlineData("mysql -p db -P 3306")]
    [InlineData("curl -u user https://x")]
    [InlineData("curl x | sort -u a:b")]
    [InlineData("wandb sync 0123456789abcdef0123456789abcdef01234567")]
    [InlineData("--code=abc")]
    [InlineData("cp -pr a b")]
    [InlineData("sshpass -e ssh -p 22 h")]
    [InlineData("{\"tokens\": 5, \"tokenizer\": \"gpt2\"}")]
    [InlineData("https://x/a?page=1&lang=en#top")]
    [InlineData("if token == 3")]
    [InlineData("--password-file=/run/x")]
    [InlineData("--lr = 3")]
    public void Other_arguments_stay_as_they_are(string argument) => Assert.Equal([argument], SecretMask.Mask([argument]));

    [Fact]
    public void The_value_after_an_option_is_replaced_and_other_values_are_not()
    {
        Assert.Equal(["run", "--token", "***", "--tokens", "300e9", "x"], SecretMask.Mask(["run", "--token", "abc", "--tokens", "300e9", "x"]));
        Assert.Equal(["--password", "***", "--password", "--next"], SecretMask.Mask(["--password", "abc def", "--password", "--next"]));
        Assert.Equal(["-H", "Authorization: Bearer ***"], SecretMask.Mask(["-H", "Authorization: Bearer abc"]));
    }

    [Theory]
    [InlineData("curl|-H|Authorization: token abc|x", "curl|-H|Authorization: token ***|x")]
    [InlineData("curl|-u|user:abc|x", "curl|-u|user:***|x")]
    [InlineData("curl|-u|user:a b|x", "curl|-u|user:***|x")]
    [InlineData("curl|--proxy-user|user:abc|x", "curl|--proxy-user|user:***|x")]
    [InlineData("sshpass|-p|abc|ssh|-p|22|h", "sshpass|-p|***|ssh|-p|22|h")]
    [InlineData("mysql|-pabc|db", "mysql|-p***|db")]
    [InlineData("wandb|login|0123456789abcdef0123456789abcdef01234567", "wandb|login|***")]
    [InlineData("sh|-c|PGPASSWORD=abc psql -h db", "sh|-c|PGPASSWORD=*** psql -h db")]
    [InlineData("bash|-lc|mysql -pabc db", "bash|-lc|mysql -p*** db")]
    [InlineData("sh|-c|curl -u user:abc x; sort -u a:b", "sh|-c|curl -u user:*** x; sort -u a:b")]
    [InlineData("sh|-c|curl -H \"X-Api-Key: abc\" x", "sh|-c|curl -H \"X-Api-Key: ***\" x")]
    [InlineData("env|AWS_SECRET_ACCESS_KEY=abc|cmd", "env|AWS_SECRET_ACCESS_KEY=***|cmd")]
    [InlineData("spark-submit|--conf|spark.x.secret.key=abc", "spark-submit|--conf|spark.x.secret.key=***")]
    [InlineData("x|--wandb-key|abc", "x|--wandb-key|***")]
    [InlineData("curl|Authorization:|Basic|abc", "curl|Authorization:|Basic|***")]
    [InlineData("sort|-u|a:b", "sort|-u|a:b")]
    [InlineData("python|-u|train.py", "python|-u|train.py")]
    [InlineData("x|--token-limit|5|--tokenizer|gpt2|--passes|3|--user-agent|x|--key-size|4|--sort-key|a|-p|8080", "x|--token-limit|5|--tokenizer|gpt2|--passes|3|--user-agent|x|--key-size|4|--sort-key|a|-p|8080")]
    public void A_secret_is_found_by_the_words_before_it(string arguments, string expected)
    {
        var once = SecretMask.Mask(arguments.Split('|'));

        Assert.Equal(expected.Split('|'), once);
        Assert.Equal(once, SecretMask.Mask(once));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a.")]
    [InlineData("eyJ-")]
    [InlineData("a://")]
    [InlineData("sk-")]
    [InlineData("\\\"")]
    [InlineData("token='")]
    [InlineData(";token= ")]
    [InlineData("password:")]
    [InlineData("'x=")]
    [InlineData("\"token=\\")]
    public void A_long_argument_takes_little_time(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 300_000 / part.Length));
        var start = TimeProvider.System.GetTimestamp();

        SecretMask.MaskText(text);

        // Time that grows with the square of the length is minutes here.
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Masking_twice_changes_nothing()
    {
        string[] arguments = ["--token", "abc", "A_PASSWORD=x", "https://u:p@h/?sig=1", "Authorization: Bearer q"];
        var once = SecretMask.Mask(arguments);
        Assert.Equal(once, SecretMask.Mask(once));
    }
}
